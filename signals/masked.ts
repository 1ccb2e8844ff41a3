import { gatewayCluster, isGatewayPath, envoyMetrics, ofGateway, readsGateway } from './gateway';
import { ofWaypoint } from './ambient';
import { ofCaller } from './mesh';
import { recorded, repeatedTotal } from './metrics';
import type { PathSettings, SignalModel } from './model';
import { meshPath, overHttp, type PathRef, pathRow } from './paths';
import { select, sumBy } from './promql';
import type { RecordingRule } from './rule-types';

/** Who may repeat an attempt that failed, so that the probe does not show it: the label `by`. */
export const maskers = {
  client: 'k6’s HTTP client',
  gateway: 'the gateway',
  sidecar: 'the proxy beside source in the mesh',
  waypoint: 'the proxy before target in a mesh of mode ambient',
} as const;
export type Masker = keyof typeof maskers;

/** Who is known to mask attempts of a path, or not to: where nobody is named there is no number. */
export function knownMaskers(
  model: Pick<SignalModel, 'paths' | 'gatewayScraped' | 'mesh'>,
  path: PathRef,
): Masker[] {
  const traced = model.paths.some((one) => pathRow(one).extension);
  return [
    ...(overHttp(path) && traced ? (['client'] as const) : []),
    ...(isGatewayPath(path.name) && readsGateway(model) ? (['gateway'] as const) : []),
    ...(meshPath(path) !== undefined && !model.mesh?.ambient ? (['sidecar'] as const) : []),
    // Nothing but ztunnel is on the other way, and that repeats nothing.
    ...(path.name === 'mesh-retry' && model.mesh?.ambient ? (['waypoint'] as const) : []),
  ];
}

/**
 * Attempts that failed and were repeated on the way, in neither good nor total. A series for each pod that counts: summed over pods, a
 * pod that goes would look like a reset and count the others again.
 */
export function maskedRules(model: SignalModel, path: PathSettings): RecordingRule[] {
  const inMesh = meshPath(path);
  const counts: Record<Masker, () => string> = {
    client: () => sumBy(['path', 'by', 'instance'], select(repeatedTotal, { path: path.name, by: 'client' })),
    gateway: () =>
      isGatewayPath(path.name)
        ? sumBy(['instance'], ofGateway(envoyMetrics.retries, gatewayCluster(path.name)))
        : '',
    waypoint: () => (inMesh ? sumBy(['instance'], ofWaypoint(envoyMetrics.retries, '', inMesh)) : ''),
    sidecar: () => (inMesh ? sumBy(['instance'], ofCaller(inMesh, envoyMetrics.retries)) : ''),
  };
  return knownMaskers(model, path).map((by) => ({
    record: recorded.masked,
    expr: counts[by](),
    labels: { path: path.name, by },
  }));
}

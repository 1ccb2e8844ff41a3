import type { AlertName } from './alert-catalogue';
import { followers } from './dependencies';
import type { SignalModel } from './model';
import { isMeshPath } from './paths';

/** While an alert of `sources` fires, on one of `sourcePaths` if given, alerts of `targets` on one of `targetPaths` with equal labels are mute. */
export interface Inhibition {
  readonly sources: readonly AlertName[];
  readonly sourcePaths?: readonly string[];
  readonly targets: readonly AlertName[];
  readonly targetPaths?: readonly string[];
  /** Labels that must have the same value on both; empty where the source explains every target. */
  readonly equal: readonly string[];
}

const outage = ['PathDown', 'PathRecentlyDown'] as const;
const prober = ['PathDownFromOneSource', 'ProbesDropped', 'ProbesShort', 'ProberErrors'] as const;
/** What follows from an outage of the path, or of one that explains it. */
const consequences = ['SloFastBurn', 'SloSlowBurn', 'LatencyBurn', 'StreamInterrupted', ...prober] as const;

/** On one path. */
const onOnePath: readonly Inhibition[] = [
  { sources: outage, targets: consequences, equal: ['path'] },
  // What is paged already, and stops the reaper, needs no word about chaos.
  { sources: [...outage, 'SloFastBurn'], targets: ['ChaosLostProbes'], equal: ['path'] },
  { sources: ['ProbesMissing'], targets: prober, equal: ['path'] },
  { sources: ['SloFastBurn'], targets: ['SloSlowBurn'], equal: ['path'] },
  // Not by the page of the path that explains it: a mute page mutes on, and what is lost beyond the explanation would be told by nothing.
  { sources: ['ExplainedBurn'], targets: ['SloFastBurn'], equal: ['path'] },
];

/** What the surroundings explain, and what explains the surroundings. */
const betweenKinds: readonly Inhibition[] = [
  {
    sources: ['NodeNotReady'],
    targets: ['ScrapeTargetDown', 'NodeUnreachable', 'NodePairsMissing'],
    equal: ['node'],
  },
  // For some time only: a machine may stay off for days, and what fails meanwhile has another cause, or is missing for good.
  {
    sources: ['NodeRecentlyNotReady'],
    targets: ['InjectorSilent', 'ProbesShort', 'ReplicasMissing'],
    equal: [],
  },
  { sources: ['InjectorSilent'], targets: ['ProbesShort'], equal: [] },
  { sources: ['ProbesMissing'], targets: ['InjectorSilent'], equal: [] },
  {
    sources: [...outage, 'ProbesMissing', 'SloFastBurn'],
    sourcePaths: ['service'],
    targets: ['ServerErrors', 'ServerTraffic'],
    equal: [],
  },
  { sources: ['LatencyBurn'], sourcePaths: ['service'], targets: ['ServerSlow'], equal: [] },
  {
    sources: [...outage, 'ProbesMissing', 'SloFastBurn'],
    sourcePaths: ['service', 'ingress', 'ingress-external'],
    targets: ['GatewayErrors', 'GatewayTraffic'],
    equal: [],
  },
  {
    sources: ['LatencyBurn'],
    sourcePaths: ['service', 'ingress', 'ingress-external'],
    targets: ['GatewaySlow'],
    equal: [],
  },
  {
    sources: [...outage, 'ProbesMissing', 'SloFastBurn'],
    sourcePaths: ['tcp', 'udp', 'grpc-stream', 'websocket'],
    targets: ['EchoErrors', 'EchoTraffic'],
    equal: [],
  },
  { sources: [...outage, 'SloFastBurn'], sourcePaths: ['dns'], targets: ['DnsServerErrors'], equal: [] },
  { sources: ['LatencyBurn'], sourcePaths: ['dns'], targets: ['DnsServerSlow'], equal: [] },
];

/** What a path through the mesh explains of the mesh; nothing where there is none. */
const ofMesh: readonly Inhibition[] = [
  {
    sources: [...outage, 'ProbesMissing', 'SloFastBurn'],
    sourcePaths: ['mesh', 'mesh-retry'],
    targets: ['MeshErrors', 'MeshTraffic', 'MeshConnectFailures'],
    equal: [],
  },
  { sources: ['LatencyBurn'], sourcePaths: ['mesh', 'mesh-retry'], targets: ['MeshSlow'], equal: [] },
];

/** Every inhibition of a model, those between its paths included: along leadership only, which has no circle, as two pages that mute each other would be none. */
export function inhibitions(model: Pick<SignalModel, 'paths'>): Inhibition[] {
  const between = model.paths.flatMap(({ name }): Inhibition[] => {
    const led = followers(model, name);
    if (led.length === 0) return [];
    const pair = { sourcePaths: [name], targetPaths: led, equal: [] };
    return [
      { ...pair, sources: ['SharedCauseDown'], targets: ['PathDown'] },
      { ...pair, sources: outage, targets: consequences },
    ];
  });
  const mesh = model.paths.some((path) => isMeshPath(path)) ? ofMesh : [];
  return [...onOnePath, ...betweenKinds, ...mesh, ...between];
}

/** Names of the alerts that mute this one, on its own path or from elsewhere. */
export function inhibitedBy(model: Pick<SignalModel, 'paths'>, name: AlertName): AlertName[] {
  const sources = inhibitions(model)
    .filter(({ targets }) => targets.includes(name))
    .flatMap((rule) => rule.sources);
  return [...new Set(sources)];
}

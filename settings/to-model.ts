/** From a config that is right to the plain values that all signals derive from. */
import {
  type ChaosModel,
  defaultRunbookBase,
  type MeshModel,
  pathSettings,
  type SignalModel,
} from '../signals/model';
import { pathNames } from '../signals/paths';
import { zoneTable } from '../signals/time-zone';
import { comesWithMesh } from './contradictions/mesh';
import { nodesAreProbed } from './contradictions/node-prober';
import { controlPlaneOn } from './control-plane-schema';
import { ownStore } from './long-term-schema';
import { type RunMonitoringSettings, reach, runsPrometheus, scrapesPods } from './monitoring-schema';
import { hasNameOfItsOwn, ownTargetPath } from './own-targets';
import { lingerSeconds } from './podinfo-schema';
import type { Config } from './schema';
import { dayMs } from './units';

/** What rules, alerts and scenarios are derived from; undefined while a section that it needs is wrong. */
export function toModel(stack: string, config: Partial<Config>): SignalModel | undefined {
  const { cluster, paths, targets = [], period, load, injector, podinfo } = config;
  const { monitoring, alerts, chaos, mesh, testTimeScale } = config;
  if (!paths || !period || !load || !injector || !monitoring || !alerts || !chaos || !mesh || !testTimeScale)
    return undefined;
  return {
    stack,
    periodDays: period,
    injectors: injector.replicas,
    exportIntervalMs: injector.exportInterval,
    paths: [
      ...pathNames
        .filter((name) => paths[name].enabled ?? comesWithMesh(name, mesh))
        .map((name) =>
          pathSettings(name, {
            ratePerSecond: paths[name].rate,
            timeoutMs: paths[name].timeout,
            availabilityPercent: paths[name].availability,
            latencyPercent: paths[name].latency.percent,
            latencyBoundMs: paths[name].latency.bound,
          }),
        ),
      // One of a name that is taken is refused by itself.
      ...targets.filter(hasNameOfItsOwn).map(ownTargetPath),
    ],
    runbookBase: alerts.runbooks ?? defaultRunbookBase,
    owner: alerts.owner,
    interruptionsPerHour: alerts.interruptionsPerHour,
    retentionDays: wholeDays(reach(monitoring)),
    ...(runsPrometheus(monitoring) ? longTermOf(monitoring.longTerm) : { sharedPrometheus: true }),
    ...(monitoring.kind === 'gmp' ? { managedRules: true } : {}),
    enabled: load.enabled,
    maxRatePerSecond: load.maxRate,
    gatewayScraped: cluster !== undefined && cluster.kind !== 'existing' && scrapesPods(monitoring),
    ...(podinfo ? { targetLingerSeconds: lingerSeconds(podinfo) } : {}),
    ...(mesh.enabled ? { mesh: toMesh(mesh, cluster) } : {}),
    timeScale: testTimeScale,
    ...nodeProberModel(config),
    ...(chaos.enabled ? { chaos: toChaos(chaos, cluster?.kind === 'lab' || stack === 'dev') } : {}),
  };
}

function toMesh(
  { retries, certificateLife, mode, controlPlane }: Config['mesh'],
  cluster: Config['cluster'] | undefined,
): MeshModel {
  const { kind, namespace } = controlPlaneOn(cluster?.kind ?? 'lab', controlPlane);
  return {
    retries,
    istiodScraped: kind !== 'existing',
    ...(mode === 'ambient' ? { ambient: true } : {}),
    ...(kind === 'own' ? {} : { istioNamespace: namespace }),
    certificateLifeSeconds: Math.floor(certificateLife / 1000),
  };
}

/** How nodes are probed, where they are. */
function nodeProberModel({
  cluster,
  images,
  nodeProber,
  monitoring,
}: Partial<Config>): Pick<SignalModel, 'nodeProber'> {
  if (!cluster || !images || !nodeProber || !monitoring) return {};
  if (!nodesAreProbed({ cluster, images, nodeProber, monitoring })) return {};
  const { peers, protocols, rate, timeout, latencyBound, rotation } = nodeProber;
  return {
    nodeProber: {
      peers,
      protocols,
      ratePerSecond: rate,
      timeoutMs: timeout,
      latencyBoundMs: latencyBound,
      rotationMs: rotation,
    },
  };
}

function wholeDays(milliseconds: number): number {
  return Math.floor(milliseconds / dayMs);
}

function longTermOf(longTerm: RunMonitoringSettings['longTerm']): Pick<SignalModel, 'longTerm'> {
  if (!longTerm.enabled) return {};
  if (longTerm.remoteWrite !== undefined) return { longTerm: {} };
  return { longTerm: { ownStoreDays: wholeDays(ownStore(longTerm).retention) } };
}

/** Chaos in plain units; only where nobody is served pods are removed without being asked to. */
function toChaos(chaos: Config['chaos'], forReal: boolean): ChaosModel {
  const { churn, nodes } = chaos;
  const { zone, hours, holidays } = chaos.quiet;
  const times = hours.flat();
  return {
    dryRun: chaos.dryRun ?? !forReal,
    namespaces: chaos.namespaces,
    statefulSets: chaos.statefulSets,
    intervalMs: chaos.interval,
    jitterPercent: chaos.jitter,
    killPercent: chaos.killShare,
    ...(churn.share > 0
      ? { churn: { percent: churn.share, modes: churn.modes, deployments: churnedDeployments(chaos) } }
      : {}),
    ...(nodes.share > 0 ? { drainPercent: nodes.share } : {}),
    minAgeMs: chaos.minAge,
    minReady: chaos.minReady,
    maxPerHour: chaos.maxPerHour,
    maxPerWorkloadPerHour: chaos.maxPerWorkloadPerHour,
    leastBudgetPercent: chaos.leastBudget,
    quiet:
      times.length + holidays.length === 0
        ? { times, holidays, zone: [], zoneUntilMs: 0 }
        : { times, holidays, ...zoneTable(zone) },
    haltedSeconds: Math.floor(chaos.alertAfter / 1000),
    lostPerKill: chaos.lostPerKill,
  };
}

/** Deployments to churn, as `namespace/name`: the product's own victims unless some are named. */
function churnedDeployments({ churn, victims }: Config['chaos']): readonly string[] {
  return churn.deployments ?? victims.map((victim) => `continuous-load/${victim}`);
}

import * as pulumi from '@pulumi/pulumi';
import { problems as feasibilityProblems } from './signals/feasibility';
import { sourceClientTimeoutMs } from './signals/injector';
import {
  type ChaosModel,
  defaultRunbookBase,
  type MeshModel,
  pathSettings,
  type SignalModel,
} from './signals/model';
import { pathNames, throughGateway } from './signals/paths';
import type { SecretRequests } from './scenarios/own-target';
import type { GatewayAddresses } from './signals/targets';
import { zoneTable } from './signals/time-zone';
import type { Victim } from './settings/chaos-schema';
import type { ClusterSettings } from './settings/cluster-schema';
import { contradictions } from './settings/contradictions';
import { comesWithMesh } from './settings/contradictions/mesh';
import { controlPlaneOn } from './settings/control-plane-schema';
import { nodesAreProbed } from './settings/contradictions/node-prober';
import { fieldOf } from './settings/feasibility-fields';
import { findTooSmallInjector } from './settings/injector-size';
import { ownStore } from './settings/long-term-schema';
import { type RunMonitoringSettings, reach, runsPrometheus, scrapesPods } from './settings/monitoring-schema';
import { lingerSeconds } from './settings/podinfo-schema';
import { parseSections, type Parsed } from './settings/parse';
import { withPresets } from './settings/presets';
import { configNamespace, type Problem, touches } from './settings/problem';
import type {
  Config,
  EchoSettings,
  MeshSettings,
  PodinfoSettings,
  ResourceSettings,
} from './settings/schema';
import { dayMs } from './settings/units';
import { hasNameOfItsOwn, ownTargetPath, secretRequests } from './settings/own-targets';
import { findStrangers } from './settings/strangers';
import { WrongConfig } from './settings/wrong-config';

/** What a stack asks for: checked, complete, in plain units. */
export interface Settings {
  readonly stack: string;
  readonly cluster: ClusterSettings;
  readonly podinfo: PodinfoSettings;
  readonly echo: EchoSettings;
  /** What the probers and echoes of the nodes may take; how they probe is in the model. */
  readonly nodeProber: Config['nodeProber'];
  /** The gateway that some path goes through; absent where none does. */
  readonly gateway?: GatewaySettings;
  /** The mesh; absent where there is none. */
  readonly mesh?: MeshSettings;
  readonly images: Config['images'];
  readonly injector: Config['injector'];
  readonly monitoring: Config['monitoring'];
  readonly dashboards: Config['dashboards'];
  /** Headers and bodies of requests to targets of the user's own, by path: none of them may be seen outside a Secret. */
  readonly targetRequests: SecretRequests;
  readonly networkPolicies: Config['networkPolicies'];
  /** The reaper's pod, and whose pods carry the label that lets it remove them; absent where chaos is off. */
  readonly chaos?: ChaosSettings;
  /** What rules, alerts and scenarios are derived from. */
  readonly model: SignalModel;
}

/** Which gateway, and where it is when its cluster does not tell. */
export interface GatewaySettings {
  /** GatewayClass. */
  readonly class: string;
  readonly addresses?: GatewayAddresses;
  /** How often it repeats an attempt that failed, where the stack runs it. */
  readonly retries?: number;
}

/** What of chaos the signals need not know. */
export interface ChaosSettings {
  readonly victims: readonly Victim[];
  readonly resources: ResourceSettings;
}

/**
 * Reads and checks the config of a stack; the only reader of it.
 * @throws {@link WrongConfig}, which is a pulumi.RunError, with every mistake at once: wrong and unknown fields first, then contradictions between right ones.
 */
export function readSettings(
  stack: string = pulumi.getStack(),
  config: Readonly<Record<string, string>> = pulumi.runtime.allConfig(),
): Settings {
  const raw = rawSections(config);
  const parsed = parseSections(withPresets(withClusterName(raw, stack)));
  const found = [
    ...findStrangers(Object.keys(config)),
    ...parsed.problems.map((problem) => ofTheStacksName(problem, raw)),
    ...findContradictions(parsed),
  ];
  const {
    targets = [],
    cluster,
    paths,
    period,
    load,
    injector,
    podinfo,
    echo,
    images,
    gateway,
  } = parsed.config;
  const { monitoring, dashboards, alerts, chaos, testTimeScale, nodeProber, mesh, networkPolicies } =
    parsed.config;
  const model =
    paths && period && load && injector && monitoring && alerts && chaos && mesh && testTimeScale
      ? {
          ...toModel(stack, {
            cluster,
            paths,
            targets,
            period,
            load,
            injector,
            podinfo,
            monitoring,
            alerts,
            mesh,
            testTimeScale,
          }),
          ...nodeProberModel(parsed.config),
          ...(chaos.enabled ? { chaos: toChaos(chaos, cluster?.kind === 'lab' || stack === 'dev') } : {}),
        }
      : undefined;
  const ownNames = targets.map(({ name }) => name);
  if (model) {
    found.push(...findInfeasible(model, ownNames, found));
    found.push(...findTooSmallInjector(model, injector, found));
  }
  const complete =
    cluster &&
    podinfo &&
    echo &&
    images &&
    injector &&
    monitoring &&
    dashboards &&
    nodeProber &&
    chaos &&
    mesh &&
    networkPolicies &&
    model;
  if (found.length > 0 || !complete) throw new WrongConfig(stack, found);
  const clientTimeout = podinfo.clientTimeout ?? sourceClientTimeoutMs(model);
  return {
    stack,
    cluster,
    podinfo: { ...podinfo, clientTimeout },
    echo,
    nodeProber,
    images,
    ...gatewaySettings(cluster.kind, gateway, model),
    ...(mesh.enabled
      ? { mesh: { ...mesh, controlPlane: controlPlaneOn(cluster.kind, mesh.controlPlane) } }
      : {}),
    injector,
    targetRequests: secretRequests(targets),
    monitoring,
    dashboards,
    networkPolicies,
    ...(chaos.enabled ? { chaos: { victims: chaos.victims, resources: chaos.resources } } : {}),
    model,
  };
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

/** Name of the class that the stack makes where it runs a gateway of its own. */
const ownGatewayClass = 'istio';

function gatewaySettings(
  kind: Config['cluster']['kind'],
  gateway: Config['gateway'] | undefined,
  { paths }: SignalModel,
): Pick<Settings, 'gateway'> {
  if (!throughGateway(paths)) return {};
  if (kind !== 'existing') return { gateway: { class: ownGatewayClass, retries: gateway?.retries ?? 0 } };
  const { address = '', externalAddress = '' } = gateway ?? {};
  return {
    gateway: {
      class: gateway?.class ?? '',
      addresses: { inside: address, outside: externalAddress },
    },
  };
}

/** Config keys without their namespace; nested ones decoded. Text that is no JSON stays text, for the schema to refuse. */
function rawSections(config: Readonly<Record<string, string>>): Record<string, unknown> {
  const prefix = `${configNamespace}:`;
  const own = Object.entries(config).filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), decoded(value)]));
}

function decoded(value: string): unknown {
  if (!/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

/** A cluster is called like its stack unless the config says otherwise. */
function withClusterName(raw: Record<string, unknown>, stack: string): Record<string, unknown> {
  const { cluster } = raw;
  if (typeof cluster !== 'object' || cluster === null || Array.isArray(cluster)) return raw;
  return { ...raw, cluster: { name: stack, ...cluster } };
}

/** The name of a cluster that was not written is the stack's, which nobody would look for in the config. */
function ofTheStacksName(problem: Problem, { cluster }: Record<string, unknown>): Problem {
  const isWritten = typeof cluster === 'object' && cluster !== null && 'name' in cluster;
  return problem.field === 'cluster.name' && !isWritten
    ? { ...problem, mend: `${problem.mend}; left out, it is the name of the stack` }
    : problem;
}

function findContradictions({ config, problems }: Parsed): Problem[] {
  return contradictions.flatMap((contradiction) => {
    const whole = contradiction.uses.every(
      (field) => config[field.split('.')[0] as keyof Config] !== undefined,
    );
    return whole && !touches(contradiction.uses, problems) ? contradiction.find(config as Config) : [];
  });
}

function toModel(
  stack: string,
  {
    cluster,
    paths,
    targets,
    period,
    load,
    injector,
    podinfo,
    monitoring,
    alerts,
    mesh,
    testTimeScale,
  }: Pick<
    Config,
    'paths' | 'targets' | 'period' | 'load' | 'injector' | 'monitoring' | 'alerts' | 'mesh' | 'testTimeScale'
  > & {
    cluster: Config['cluster'] | undefined;
    podinfo: Config['podinfo'] | undefined;
  },
): SignalModel {
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

/** What the signals' arithmetic refuses, in the words of the config; fields already complained about are left out. */
function findInfeasible(
  model: SignalModel,
  ownNames: readonly string[],
  found: readonly Problem[],
): Problem[] {
  return feasibilityProblems(model)
    .map((problem) => fieldOf(problem, ownNames))
    .filter(({ field }) => !touches([field], found));
}

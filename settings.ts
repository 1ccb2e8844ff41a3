import * as pulumi from '@pulumi/pulumi';
import { problems as feasibilityProblems } from './signals/feasibility';
import { injectorConfig, sourceClientTimeoutMs } from './signals/injector';
import { defaultRunbookBase, pathSettings, type SignalModel } from './signals/model';
import { pathNames, throughGateway } from './signals/paths';
import { type GatewayAddresses, injectorTargets } from './signals/targets';
import type { ClusterSettings } from './settings/cluster-schema';
import { contradictions } from './settings/contradictions';
import { fieldOf } from './settings/feasibility-fields';
import { parseSections, type Parsed } from './settings/parse';
import { configNamespace, describeProblems, type Problem } from './settings/problem';
import type { Config, EchoSettings, PodinfoSettings } from './settings/schema';

/** What a stack asks for: checked, complete, in plain units. */
export interface Settings {
  readonly stack: string;
  readonly cluster: ClusterSettings;
  readonly podinfo: PodinfoSettings;
  readonly echo: EchoSettings;
  /** The gateway that some path goes through; absent where none does. */
  readonly gateway?: GatewaySettings;
  readonly images: Config['images'];
  readonly injector: Config['injector'];
  readonly monitoring: Config['monitoring'];
  /** What rules, alerts and scenarios are derived from. */
  readonly model: SignalModel;
}

/** Which gateway, and where it is when its cluster does not tell. */
export interface GatewaySettings {
  /** GatewayClass. */
  readonly class: string;
  readonly addresses?: GatewayAddresses;
}

/**
 * Reads and checks the config of a stack; the only reader of it.
 * @throws pulumi.RunError with every mistake at once: wrong and unknown fields first, then contradictions between right ones.
 */
export function readSettings(
  stack: string = pulumi.getStack(),
  config: Readonly<Record<string, string>> = pulumi.runtime.allConfig(),
): Settings {
  const parsed = parseSections(withClusterName(rawSections(config), stack));
  const found = [...parsed.problems, ...findContradictions(parsed)];
  const { cluster, paths, period, load, injector, podinfo, echo, images, gateway } = parsed.config;
  const { monitoring, alerts, testTimeScale } = parsed.config;
  const model =
    paths && period && load && injector && monitoring && alerts && testTimeScale
      ? toModel(stack, { paths, period, load, injector, monitoring, alerts, testTimeScale })
      : undefined;
  if (model) found.push(...findInfeasible(model, found), ...findTooFewVus(model, injector?.maxVUs, found));
  if (found.length > 0 || !cluster || !podinfo || !echo || !images || !injector || !monitoring || !model)
    throw new pulumi.RunError(describeProblems(stack, found));
  const clientTimeout = podinfo.clientTimeout ?? sourceClientTimeoutMs(model);
  return {
    stack,
    cluster,
    podinfo: { ...podinfo, clientTimeout },
    echo,
    images,
    ...gatewaySettings(cluster.kind, gateway, model),
    injector,
    monitoring,
    model,
  };
}

/** Name of the class that the stack makes where it runs a gateway of its own. */
const ownGatewayClass = 'istio';

function gatewaySettings(
  kind: Config['cluster']['kind'],
  gateway: Config['gateway'] | undefined,
  { paths }: SignalModel,
): Pick<Settings, 'gateway'> {
  if (!throughGateway(paths)) return {};
  if (kind !== 'existing') return { gateway: { class: ownGatewayClass } };
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

/** Whether one of the fields, or a part of it, or what it is a part of, has a problem of its own. */
function touches(fields: readonly string[], problems: readonly Problem[]): boolean {
  const within = (inner: string, outer: string) =>
    inner === outer || inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}[`);
  return fields.some((field) =>
    problems.some(
      (problem) => !problem.unknownKey && (within(problem.field, field) || within(field, problem.field)),
    ),
  );
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
    paths,
    period,
    load,
    injector,
    monitoring,
    alerts,
    testTimeScale,
  }: Pick<Config, 'paths' | 'period' | 'load' | 'injector' | 'monitoring' | 'alerts' | 'testTimeScale'>,
): SignalModel {
  return {
    stack,
    periodDays: period,
    injectors: injector.replicas,
    exportIntervalMs: injector.exportInterval,
    paths: pathNames
      .filter((name) => paths[name].enabled)
      .map((name) =>
        pathSettings(name, {
          ratePerSecond: paths[name].rate,
          timeoutMs: paths[name].timeout,
          availabilityPercent: paths[name].availability,
          latencyPercent: paths[name].latency.percent,
          latencyBoundMs: paths[name].latency.bound,
        }),
      ),
    runbookBase: alerts.runbooks ?? defaultRunbookBase,
    owner: alerts.owner,
    interruptionsPerHour: alerts.interruptionsPerHour,
    retentionDays: Math.floor(monitoring.retention / 86_400_000),
    enabled: load.enabled,
    maxRatePerSecond: load.maxRate,
    timeScale: testTimeScale,
  };
}

/** What the signals' arithmetic refuses, in the words of the config; fields already complained about are left out. */
function findInfeasible(model: SignalModel, found: readonly Problem[]): Problem[] {
  return feasibilityProblems(model)
    .map(fieldOf)
    .filter(({ field }) => !touches([field], found));
}

/** A cap on virtual users below what rate × timeout needs would turn a dead target into dropped probes. */
function findTooFewVus(model: SignalModel, maxVUs: number | undefined, found: readonly Problem[]): Problem[] {
  if (maxVUs === undefined || touches(['injector', 'paths'], found)) return [];
  const { paths } = injectorConfig(model, injectorTargets(''));
  const needed = paths.flatMap(({ probes }) => probes).reduce((sum, { vus }) => sum + vus, 0);
  if (maxVUs >= needed) return [];
  return [
    {
      field: 'injector.maxVUs',
      value: maxVUs,
      allowed: `at least ${needed}, which is rate × timeout + 20 % over all probes of one injector: else a dead target ends in dropped probes`,
      mend: 'raise it or leave it out; or lower rates and timeouts; or use more injectors',
    },
  ];
}

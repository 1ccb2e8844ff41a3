import * as pulumi from '@pulumi/pulumi';
import { problems as feasibilityProblems } from './signals/feasibility';
import { sourceClientTimeoutMs } from './signals/injector';
import type { SignalModel } from './signals/model';
import { throughGateway } from './signals/paths';
import type { SecretRequests } from './scenarios/own-target';
import type { GatewayAddresses } from './signals/targets';
import type { Victim } from './settings/chaos-schema';
import type { ClusterSettings } from './settings/cluster-schema';
import { contradictions } from './settings/contradictions';
import { controlPlaneOn } from './settings/control-plane-schema';
import { fieldOf } from './settings/feasibility-fields';
import { findTooSmallInjector } from './settings/injector-size';
import { secretRequests } from './settings/own-targets';
import { parseSections, type Parsed } from './settings/parse';
import { withPresets } from './settings/presets';
import { type Problem, touches } from './settings/problem';
import { ofTheStacksName, rawSections, withClusterName } from './settings/raw';
import type {
  Config,
  EchoSettings,
  MeshSettings,
  PodinfoSettings,
  ResourceSettings,
} from './settings/schema';
import { findStrangers } from './settings/strangers';
import { toModel } from './settings/to-model';
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
  const { targets = [], cluster, injector, podinfo, echo, images, gateway } = parsed.config;
  const { monitoring, dashboards, chaos, nodeProber, mesh, networkPolicies } = parsed.config;
  const model = toModel(stack, parsed.config);
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

function findContradictions({ config, problems }: Parsed): Problem[] {
  return contradictions.flatMap((contradiction) => {
    const whole = contradiction.uses.every(
      (field) => config[field.split('.')[0] as keyof Config] !== undefined,
    );
    return whole && !touches(contradiction.uses, problems) ? contradiction.find(config as Config) : [];
  });
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

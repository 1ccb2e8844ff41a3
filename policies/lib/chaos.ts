import { at, fields, isMissing, list, parsedJson, text } from './data';
import type { KubernetesObject } from './objects';
import type { Stack } from './stack';

/** The label by which a workload agrees to be killed. */
export const optInLabel = 'chaos.continuous-load/enabled';

/** Something that removes or breaks pods on purpose. */
export interface Chaos {
  readonly object: KubernetesObject;
  /** Where its victims are; undefined for everywhere. */
  readonly namespaces: readonly string[] | undefined;
  /** Labels that its victims must have, as `key=value`; empty for any pod. */
  readonly wanted: readonly string[];
  /** Number of ready pods that it leaves; undefined where it does not count. */
  readonly minReady: number | undefined;
  /** Whether it does nothing but say what it would do. */
  readonly dryRun: boolean;
  /** Number of times a week, or holidays, in which it rests. */
  readonly quietTimes: number;
  /** `namespace/name` of the ConfigMap that stops it; undefined where there is none. */
  readonly killSwitch: string | undefined;
}

/** The kinds of Chaos Mesh that hurt pods, for programs of others. */
const chaosMesh = [
  'PodChaos',
  'NetworkChaos',
  'StressChaos',
  'IOChaos',
  'DNSChaos',
  'HTTPChaos',
  'TimeChaos',
];

/** All chaos of a stack: reapers of continuous-load by their data (`config.json` with the share of kills), and experiments of Chaos Mesh. */
export function chaosOf(stack: Stack): readonly Chaos[] {
  return [
    ...stack.of('ConfigMap').flatMap((object) => reaper(object) ?? []),
    ...stack
      .of(...chaosMesh)
      .flatMap((object) => (object.group === 'chaos-mesh.org' ? [experiment(object)] : [])),
  ];
}

function reaper(object: KubernetesObject): Chaos | undefined {
  const data = parsedJson(at(object.value, 'data', 'config.json'));
  if (isMissing(at(data, 'killShare'))) return undefined;
  const minReady = at(data, 'minReady');
  const name = text(at(data, 'switchName'));
  return {
    object,
    namespaces: strings(at(data, 'namespaces')),
    wanted: (text(at(data, 'selector')) ?? '').split(',').filter((part) => part !== ''),
    minReady: typeof minReady === 'number' ? minReady : undefined,
    dryRun: at(data, 'dryRun') === true,
    quietTimes: list(at(data, 'quiet', 'times')).length + list(at(data, 'quiet', 'holidays')).length,
    killSwitch:
      name === undefined || name === ''
        ? undefined
        : `${text(at(data, 'namespace')) ?? object.namespace}/${name}`,
  };
}

/** https://chaos-mesh.org/docs/define-chaos-experiment-scope/: no namespaces means all; there is no least number, rest or switch. */
function experiment(object: KubernetesObject): Chaos {
  const selector = at(object.value, 'spec', 'selector');
  const namespaces = at(selector, 'namespaces');
  return {
    object,
    namespaces: isMissing(namespaces) ? undefined : strings(namespaces),
    wanted: fields(at(selector, 'labelSelectors')).map(([key, value]) => `${key}=${String(value)}`),
    minReady: undefined,
    dryRun: at(object.value, 'metadata', 'annotations', 'experiment.chaos-mesh.org/pause') === 'true',
    quietTimes: 0,
    killSwitch: undefined,
  };
}

function strings(value: unknown): readonly string[] {
  return list(value).filter((item) => typeof item === 'string');
}

import { at, list, parsedJson, text } from './data';
import type { KubernetesObject } from './objects';
import type { Stack } from './stack';

/** A stream of probes that each pod of an injector sends. */
export interface Probes {
  readonly path: string;
  readonly name: string;
  /** Probes per second of one pod. */
  readonly ratePerSecond: number;
  readonly timeoutMs: number;
  /** VUs that send them. */
  readonly vus: number;
  readonly isStream: boolean;
  /** Host of the address; of a lookup the name service itself, whatever name is asked for. */
  readonly host: string;
}

/** An injector as its objects say it: the data of its scripts (`config.json`, scenarios/config.ts), and the pods that run them. */
export interface Injector {
  /** The ConfigMap. */
  readonly object: KubernetesObject;
  readonly enabled: boolean;
  readonly probes: readonly Probes[];
  /** The workload that runs the scripts, known by the labels of its ConfigMap, as a preview does not know the name yet that it mounts. */
  readonly workload: Stack['workloads'][number] | undefined;
}

const read = new WeakMap<Stack, readonly Injector[]>();

/** All injectors of a stack. */
export function injectors(stack: Stack): readonly Injector[] {
  const found = read.get(stack) ?? find(stack);
  read.set(stack, found);
  return found;
}

function find(stack: Stack): readonly Injector[] {
  return stack.of('ConfigMap').flatMap((object) => {
    const data = parsedJson(at(object.value, 'data', 'config.json'));
    const paths = at(data, 'paths');
    if (!Array.isArray(paths)) return [];
    return [
      {
        object,
        enabled: at(data, 'enabled') !== false,
        probes: list(paths).flatMap((path) =>
          list(at(path, 'probes')).map((probes) => probesOf(path, probes)),
        ),
        workload: stack.workloads.find(
          (one) => one.object.namespace === object.namespace && isSame(one.labels, object.labels),
        ),
      },
    ];
  });
}

/** Host of lookups. */
const nameService = 'cluster DNS';

/** Name and instance of what an object belongs to. */
const identity = ['app.kubernetes.io/name', 'app.kubernetes.io/instance'];

function isSame(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean {
  return identity.every((label) => one[label] !== undefined && one[label] === other[label]);
}

function probesOf(path: unknown, probes: unknown): Probes {
  const periodUs = number(at(probes, 'periodUs'));
  const isStream = at(probes, 'stream') === true;
  const vus = number(at(probes, 'vus')) ?? 0;
  const perStream = periodUs === undefined || periodUs <= 0 ? 0 : 1_000_000 / periodUs;
  return {
    path: text(at(path, 'path')) ?? '',
    name: text(at(probes, 'name')) ?? '',
    // A constant VU holds a stream and sends on it; a scenario of single probes has one period for all its VUs.
    ratePerSecond: isStream ? perStream * vus : perStream,
    timeoutMs: number(at(path, 'timeoutMs')) ?? 0,
    vus,
    isStream,
    host: (text(at(probes, 'calls')) ?? '').startsWith('dns')
      ? nameService
      : host(text(at(probes, 'address')) ?? ''),
  };
}

/** Host of a URL or of `host:port`, without the dot of a full name. */
function host(address: string): string {
  const authority = address.replace(/^\w+:\/\//, '').split('/')[0] ?? '';
  return authority.replace(/:\d+$/, '').replace(/\.$/, '');
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/** Probes per second that all pods of an injector send; undefined while the number of pods is not known. */
export function totalRate(
  { probes, workload, enabled }: Injector,
  only: (one: Probes) => boolean = () => true,
): number | undefined {
  if (!enabled) return 0;
  if (workload?.replicas === undefined) return undefined;
  return probes.filter(only).reduce((sum, one) => sum + one.ratePerSecond, 0) * workload.replicas;
}

import { isProperties, type Properties, type Value } from '../values';
import type { KubernetesObject } from './object';
import { isQuantityField, sameQuantity } from './quantity';

/** Ownership trees (`fieldsV1`) of all managers at one place of an object. */
type FieldSets = readonly Properties[];

const below = (sets: FieldSets, step: string): Properties[] =>
  sets.map((set) => set[step]).filter(isProperties);

/** Names of the fields that identify an item of the list here; undefined when the list is atomic (replaced as a whole). */
function mergeKeys(sets: FieldSets): string[] | undefined {
  for (const set of sets) {
    const key = Object.keys(set).find((step) => step.startsWith('k:'));
    if (key !== undefined) return Object.keys(JSON.parse(key.slice(2)) as Properties);
  }
  return undefined;
}

/** Ownership trees of the list item that these wanted values identify. */
function belowItem(sets: FieldSets, keys: readonly string[], item: Properties): Properties[] {
  return sets.flatMap((set) =>
    Object.entries(set)
      .filter(([step]) => step.startsWith('k:'))
      .filter(([step]) => {
        const id = JSON.parse(step.slice(2)) as Properties;
        return keys.every((key) => id[key] === item[key]);
      })
      .map(([, inner]) => inner)
      .filter(isProperties),
  );
}

const isEmpty = (value: Value): boolean =>
  value === null ||
  value === '' ||
  value === 0 ||
  value === false ||
  (typeof value === 'object' && Object.keys(value).length === 0);

// Maps that the server treats as one value, but whose keys have no defaults: a key added from outside is drift.
const wholeMaps = new Set(['selector', 'matchLabels', 'nodeSelector', 'parameters']);

function projectList(live: Value[], wanted: Value[], sets: FieldSets, keys: readonly string[]): Value {
  const identity = mergeKeys(sets);
  if (identity && wanted.every(isProperties)) {
    return wanted.flatMap((want) => {
      // A key that the program leaves out has a default on the server (a port's protocol).
      const found = live.find(
        (item) =>
          isProperties(item) && identity.every((key) => want[key] === undefined || want[key] === item[key]),
      );
      return isProperties(found) ? [projectValue(found, want, belowItem(sets, identity, found), keys)] : [];
    });
  }
  if (sets.some((set) => Object.keys(set).some((step) => step.startsWith('v:')))) {
    return wanted.filter((item) => live.includes(item));
  }
  if (live.length !== wanted.length) return live;
  return live.map((item, i) => projectValue(item, wanted[i] ?? null, [], keys));
}

function projectValue(live: Value, wanted: Value, sets: FieldSets, keys: readonly string[]): Value {
  if (isProperties(wanted) && isProperties(live)) {
    const whole = wholeMaps.has(keys.at(-1) ?? '') && sets.every((set) => Object.keys(set).length === 0);
    const names = whole ? new Set([...Object.keys(wanted), ...Object.keys(live)]) : Object.keys(wanted);
    const result: Properties = {};
    for (const name of names) {
      const want = wanted[name] ?? null;
      const is = live[name];
      // Empty values are not kept by the server; their absence is no drift.
      if (is === undefined) {
        if (isEmpty(want)) result[name] = want;
      } else result[name] = projectValue(is, want, below(sets, `f:${name}`), [...keys, name]);
    }
    return result;
  }
  if (Array.isArray(wanted) && Array.isArray(live)) return projectList(live, wanted, sets, keys);
  if (isQuantityField(keys) && sameQuantity(live, wanted)) return wanted;
  return live;
}

/**
 * The live values of the fields that the program set, so that defaults and other owners' fields are no drift.
 * Lists are matched as the API server merges them, which `metadata.managedFields` tells.
 */
export function project(live: KubernetesObject, wanted: Properties): Properties {
  const sets = (live.metadata.managedFields ?? []).map(({ fieldsV1 }) => fieldsV1).filter(isProperties);
  const seen = projectValue(live as unknown as Properties, wanted, sets, []) as Properties;
  const text = wanted['stringData'];
  if (isProperties(text)) {
    const data = (live['data'] ?? {}) as Record<string, string>;
    seen['stringData'] = Object.fromEntries(
      Object.keys(text).flatMap((key) => {
        const value = data[key];
        return value === undefined ? [] : [[key, Buffer.from(value, 'base64').toString()]];
      }),
    );
  }
  return seen;
}

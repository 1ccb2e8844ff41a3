import type { Change, Difference, Resource, State } from '../provider';
import { hasUnknown, isProperties, type Properties, type Value } from '../values';
import { autonamedAnnotation } from './naming';
import { compare } from './compare';
import { immutableFields, markReplaced, replacesByRule } from './immutable';
import { asObject, digText, truthy } from './object';
import { fieldManager } from './ownership';
import { project } from './project';
import type { Session } from './session';
import { importedKey } from './state';
import { isPatchToken } from './type-token';

/** News with every unknown value replaced by the old one at its place, or left out: good enough to ask what is immutable. */
export function assumeUnchanged(before: Value | undefined, after: Value): Value | undefined {
  if (!hasUnknown(after)) return after;
  if (isProperties(after)) {
    const old = isProperties(before) ? before : {};
    const kept = Object.entries(after).map(
      ([key, value]) => [key, assumeUnchanged(old[key], value)] as const,
    );
    return Object.fromEntries(kept.filter((entry): entry is [string, Value] => entry[1] !== undefined));
  }
  if (Array.isArray(after)) {
    const old = Array.isArray(before) ? before : [];
    return after.map((value, i) => assumeUnchanged(old[i], value)).filter((value) => value !== undefined);
  }
  return before;
}

/** Old inputs as far as they count: an import states every field of the object, but only the program's own are compared. */
function comparable(state: State, news: Properties): Properties {
  const namespace = digText(state.outputs, 'metadata', 'namespace');
  const { [importedKey]: imported, ...inputs } = state.inputs;
  const metadata = isProperties(inputs['metadata']) ? inputs['metadata'] : {};
  // The scope of a kind may have been unknown when its first object was checked.
  const placed =
    namespace === undefined || metadata['namespace'] !== undefined ? metadata : { ...metadata, namespace };
  const olds = { ...inputs, metadata: placed };
  return imported === undefined ? olds : project(asObject(olds), news);
}

/** The provider's own mark and label on an imported object are no difference: the next real change adds them. */
function isOwnMark({ path, kind }: Change, imported: boolean): boolean {
  if (path === `metadata.annotations["${autonamedAnnotation}"]`) return true;
  return imported && kind === 'add' && path === 'metadata.labels["app.kubernetes.io/managed-by"]';
}

async function refusedFields(
  session: Session,
  resource: Resource,
  state: State,
  news: Properties,
): Promise<string[]> {
  const object = asObject((assumeUnchanged(state.inputs, news) ?? {}) as Properties);
  const manager = fieldManager(resource.urn, object, state.outputs);
  try {
    const body = Object.fromEntries(
      Object.entries(object).filter(([key]) => !key.startsWith('__') && key !== 'status'),
    );
    await session.cluster.apply(asObject(body as Properties), { manager, dryRun: true, force: true });
    return [];
  } catch (error) {
    return immutableFields(error); // any other refusal is told by the update itself
  }
}

/**
 * What changes between the old and the new inputs, and what needs a new object. The API server is asked by a dry-run what it
 * never changes; only identity and the contents of ConfigMaps and Secrets go by rule.
 */
export async function difference(
  session: Session,
  resource: Resource,
  state: State,
  news: Properties,
): Promise<Difference> {
  const olds = comparable(state, news);
  const imported = state.inputs[importedKey] !== undefined;
  const mutable = {
    configMaps: session.isOn('enableConfigMapMutable'),
    secrets: session.isOn('enableSecretMutable'),
  };
  const apiVersions = { before: olds['apiVersion'], after: news['apiVersion'] };
  const found = compare(olds, news).filter((change) => !isOwnMark(change, imported));
  if (found.length === 0 || isPatchToken(resource.type)) {
    return { changes: found.map((change) => (isIdentity(change) ? { ...change, replace: true } : change)) };
  }
  let changes: Change[] = found.map((change) =>
    replacesByRule(change.path, news['kind'], apiVersions, mutable) ? { ...change, replace: true } : change,
  );
  if (session.isReachable() && !changes.some(({ replace }) => replace)) {
    changes = markReplaced(changes, await refusedFields(session, resource, state, news));
  }
  // The replacement of an autonamed object is named anew, so it can live before the old one goes.
  const isRenamed =
    truthy(digText(news, 'metadata', 'annotations', autonamedAnnotation)) || changes.some(isIdentity);
  return { changes, deleteBeforeReplace: !isRenamed && changes.some(({ replace }) => replace) };
}

const isIdentity = ({ path }: Change): boolean =>
  /^(kind|metadata\.(name|namespace|generateName))$/.test(path);

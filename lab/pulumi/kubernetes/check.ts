import type { CheckContext, Checked, Failure } from '../provider';
import { findAsset, isProperties, type Properties, unknownValue } from '../values';
import { digText, truthy } from './object';
import { autonamedAnnotation, autoname } from './naming';
import type { Session } from './session';
import { isPatchToken, refusal } from './type-token';

function nameOf(
  context: CheckContext,
  olds: Properties,
  metadata: Properties,
): { name?: string; failure?: Failure } {
  if (isPatchToken(context.type)) {
    return { failure: { property: 'metadata.name', reason: 'a patch must name the object that it changes' } };
  }
  if (context.autonaming?.mode === 'disable') {
    return {
      failure: {
        property: 'metadata.name',
        reason: 'autonaming is switched off for this resource: give it a name',
      },
    };
  }
  const before = isProperties(olds['metadata']) ? olds['metadata'] : {};
  const kept = truthy(digText(before, 'annotations', autonamedAnnotation))
    ? digText(before, 'name')
    : undefined;
  const annotations = isProperties(metadata['annotations']) ? metadata['annotations'] : {};
  metadata['annotations'] = { ...annotations, [autonamedAnnotation]: 'true' };
  return { name: kept ?? autoname(context) };
}

/** Namespace of an object that names none; undefined when its kind has none or is not known. */
async function namespaceOf(
  session: Session,
  olds: Properties,
  news: Properties,
): Promise<string | undefined> {
  const before = digText(olds, 'metadata', 'namespace');
  const { apiVersion, kind } = news;
  if (!session.isReachable() || typeof apiVersion !== 'string' || typeof kind !== 'string') return before;
  try {
    const scope = await session.cluster.scope(apiVersion, kind);
    return scope ? (scope.namespaced ? session.namespace : undefined) : before;
  } catch {
    return before;
  }
}

/** Fills in name, namespace and the managed-by label, and refuses what cannot be served. */
export async function checkInputs(
  session: Session,
  context: CheckContext,
  olds: Properties,
  news: Properties,
): Promise<Checked> {
  const why = refusal(context.type, news['items'] !== undefined);
  if (why !== undefined) return { inputs: news, failures: [{ property: '', reason: why }] };
  const failures: Failure[] = [];
  const asset = findAsset(news);
  if (asset !== undefined) {
    failures.push({
      property: asset,
      reason: 'Kubernetes takes no Pulumi assets; read the file and give its text',
    });
  }
  for (const key of ['apiVersion', 'kind']) {
    if (typeof news[key] !== 'string' || news[key] === '')
      failures.push({ property: key, reason: `\`${key}\` is missing` });
  }
  const given = news['metadata'] ?? {};
  if (given === unknownValue) return { inputs: news, failures };
  if (!isProperties(given))
    return { inputs: news, failures: [...failures, { property: 'metadata', reason: 'must be an object' }] };
  const metadata = { ...given };
  if (metadata['name'] === undefined && metadata['generateName'] === undefined) {
    const { name, failure } = nameOf(context, olds, metadata);
    if (failure) failures.push(failure);
    if (name !== undefined) metadata['name'] = name;
  }
  if (metadata['namespace'] === undefined) {
    const namespace = await namespaceOf(session, olds, news);
    if (namespace !== undefined) metadata['namespace'] = namespace;
  }
  if (!isPatchToken(context.type) && metadata['labels'] !== unknownValue) {
    const labels = isProperties(metadata['labels']) ? metadata['labels'] : {};
    metadata['labels'] = { 'app.kubernetes.io/managed-by': 'pulumi', ...labels };
  }
  return { inputs: { ...news, metadata }, failures };
}

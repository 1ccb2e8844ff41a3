import { at, text, texts } from './data';

/** A resource as Pulumi names it, with its inputs as plain data. */
export interface Resource {
  readonly urn: string;
  /** Type token, e.g. `kubernetes:apps/v1:Deployment`. */
  readonly type: string;
  readonly props: unknown;
}

/** A Kubernetes object of a stack, whatever made it. */
export interface KubernetesObject {
  readonly urn: string;
  /** API group, '' for the core one. */
  readonly group: string;
  readonly kind: string;
  readonly name: string;
  /** '' for what lies outside namespaces; an object that names none is in `default`. */
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The whole object. */
  readonly value: unknown;
}

/** Kinds that lie outside namespaces, as far as rules look at them. */
const clusterKinds = new Set([
  'Namespace',
  'ClusterRole',
  'ClusterRoleBinding',
  'CustomResourceDefinition',
  'PersistentVolume',
  'StorageClass',
  'GatewayClass',
  'ClusterRules',
  'GlobalRules',
  'ClusterPodMonitoring',
]);

/**
 * The object that a resource is; undefined for components, providers, resources of others, and the `…Patch` kinds, which hold a part of an
 * object only; but for Google's OperatorConfig, of which a stack says no more than a part. Tokens of extension packages (`name:group/version:Kind`) count too.
 */
export function kubernetesObject({ urn, type, props }: Resource): KubernetesObject | undefined {
  const token = /^[^:]+:([^/:]+)\/(v\d\w*):(\w+)$/.exec(type);
  const apiVersion = text(at(props, 'apiVersion')) ?? (token ? `${token[1]}/${token[2]}` : undefined);
  const kind = text(at(props, 'kind')) ?? token?.[3];
  if (!token || apiVersion === undefined || kind === undefined || isPart(type)) return undefined;
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  const metadata = at(props, 'metadata');
  return {
    urn,
    group: group === 'core' ? '' : group,
    kind,
    name: text(at(metadata, 'name')) ?? urn.split('::').pop() ?? '',
    namespace: clusterKinds.has(kind) ? '' : (text(at(metadata, 'namespace')) ?? 'default'),
    labels: texts(at(metadata, 'labels')),
    value: props,
  };
}

function isPart(type: string): boolean {
  return type.endsWith('Patch') && !type.endsWith(':OperatorConfigPatch');
}

/** An object as messages name it: `Deployment continuous-load/source`. */
export function nameOf({ kind, namespace, name }: KubernetesObject): string {
  return `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`;
}

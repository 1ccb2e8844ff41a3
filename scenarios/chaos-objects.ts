/** Churn of objects of the reaper's own, which every node or proxy has to hear of: made, left for a while, removed. */
import type { Subject } from './chaos-bodies.ts';
import type { ChaosConfig } from './chaos-config.ts';

/** `services` makes Services over the pods with the label; `routes` makes routes of hosts that nobody calls at the stack's gateway. */
export const objectModes = ['services', 'routes'] as const;
export type ObjectMode = (typeof objectModes)[number];

/** Whether it is done to objects of the reaper's own. */
export function isObjectMode(mode: string): mode is ObjectMode {
  return (objectModes as readonly string[]).includes(mode);
}

/** So many are made at once, and there are never more: enough for more than one rewrite of a proxy's rules. */
const objectsAtOnce = 10;
/** They are left for so long: nodes write their rules, name servers and proxies hear of it, and some probes are made meanwhile. */
export const holdMs = 20_000;

/** Label of what the reaper made: the name of its pod. Nothing without it is ever removed. */
export const madeByLabel = 'chaos.continuous-load/made-by';

const kinds = {
  services: { apiVersion: 'v1', api: '/api/v1', kind: 'Service', resource: 'services' },
  routes: {
    apiVersion: 'gateway.networking.k8s.io/v1',
    api: '/apis/gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    resource: 'httproutes',
  },
} as const;

/** Names of all that a mode makes; its account may remove no others. */
export function objectNames(mode: ObjectMode): string[] {
  return Array.from({ length: objectsAtOnce }, (_, index) => `chaos-${mode}-${index}`);
}

/** What the objects of a mode are called together, in counts and caps: `namespace/chaos-services`. */
export function objectGroup(mode: ObjectMode, { namespace }: Pick<ChaosConfig, 'namespace'>): string {
  return `${namespace}/chaos-${mode}`;
}

/** Modes that are switched on; of the others the account may not even look at the kind. */
export function objectModesOf({ churn }: Pick<ChaosConfig, 'churn'>): ObjectMode[] {
  return churn.share > 0 ? churn.modes.filter((mode) => isObjectMode(mode)) : [];
}

/** The parts of such an object, as the API server gives it, that are looked at. */
export interface RawObject {
  metadata: { name: string; uid: string; deletionTimestamp?: string; labels?: Record<string, string> };
}

/** An object that a reaper made. */
export interface OwnObject {
  name: string;
  uid: string;
  /** Pod of the reaper that made it. */
  madeBy: string;
}

/** Those of a list that a reaper made in a mode, and that do not end yet. */
export function ownObjects(mode: ObjectMode, raw: readonly RawObject[]): OwnObject[] {
  const names = objectNames(mode);
  return raw.flatMap(({ metadata: { name, uid, deletionTimestamp, labels = {} } }) => {
    const madeBy = labels[madeByLabel];
    return madeBy === undefined || deletionTimestamp !== undefined || !names.includes(name)
      ? []
      : [{ name, uid, madeBy }];
  });
}

/** One request: method, path and body. */
export interface ObjectRequest {
  method: string;
  path: string;
  body: object | null;
}

/** Path of all objects of a mode's kind that reapers made. */
export function listPath(mode: ObjectMode, config: Pick<ChaosConfig, 'namespace'>): string {
  return `${collection(mode, config)}?labelSelector=${encodeURIComponent(madeByLabel)}`;
}

/** Who makes it: the pod of the reaper. Kubernetes removes what it owns once that pod is gone, should nobody else do it. */
export interface Maker {
  name: string;
  uid: string;
}

/** Makes one. Throws where the pod is not known, as nobody would remove it after that pod. */
export function making(
  mode: ObjectMode,
  name: string,
  by: Maker,
  config: Pick<ChaosConfig, 'namespace' | 'selector' | 'churn' | 'dryRun'>,
): ObjectRequest {
  if (by.name === '' || by.uid === '') throw new Error('the reaper does not know its own pod');
  const { namespace, dryRun } = config;
  const { apiVersion, kind } = kinds[mode];
  return {
    method: 'POST',
    path: `${collection(mode, config)}?fieldManager=chaos-reaper${dryRun ? '&dryRun=All' : ''}`,
    body: {
      apiVersion,
      kind,
      metadata: {
        name,
        namespace,
        labels: { 'app.kubernetes.io/part-of': 'continuous-load', [madeByLabel]: by.name },
        ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: by.name, uid: by.uid }],
      },
      spec: mode === 'services' ? serviceSpec(config) : routeSpec(name, config),
    },
  };
}

/** Removes exactly this one: another of the same name has another UID. */
export function unmaking(
  mode: ObjectMode,
  { name, uid }: OwnObject,
  config: Pick<ChaosConfig, 'namespace'>,
): ObjectRequest {
  const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid } };
  return { method: 'DELETE', path: `${collection(mode, config)}/${name}`, body };
}

/** The first of them, on which Events are told. */
export function subjectOfObjects(mode: ObjectMode, uid: string, config: ChaosConfig): Subject {
  const { namespace } = config;
  const [name = ''] = objectNames(mode);
  const { apiVersion, kind } = kinds[mode];
  return { apiVersion, kind, namespace, name, uid, workload: objectGroup(mode, config) };
}

/** A port of its own that nobody calls (discard, RFC 863), to the pods that may be removed. */
function serviceSpec({ selector }: Pick<ChaosConfig, 'selector'>) {
  const [label = '', value = ''] = selector.split('=');
  return {
    selector: { [label]: value },
    ports: [{ name: 'discard', protocol: 'TCP', port: 9, targetPort: 9 }],
  };
}

/** A host that cannot be (`.invalid`, RFC 6761), and an answer that needs no backend. */
function routeSpec(name: string, { churn }: Pick<ChaosConfig, 'churn'>) {
  const requestRedirect = { hostname: 'nowhere.invalid', statusCode: 302 };
  return {
    parentRefs: [{ name: churn.gateway }],
    hostnames: [`${name}.invalid`],
    rules: [{ filters: [{ type: 'RequestRedirect', requestRedirect }] }],
  };
}

function collection(mode: ObjectMode, { namespace }: Pick<ChaosConfig, 'namespace'>): string {
  const { api, resource } = kinds[mode];
  return `${api}/namespaces/${namespace}/${resource}`;
}

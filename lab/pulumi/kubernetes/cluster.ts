import { asObject, digObjects, digText, type KubernetesObject } from './object';
import { ApiError, isNotFound } from './api-error';
import { Connection, type ConnectionSettings } from './connection';

/** How a kind is addressed. */
export interface Scope {
  readonly plural: string;
  readonly namespaced: boolean;
}

/** What identifies an object. */
export interface Reference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name?: string; readonly namespace?: string };
}

/** How an object is applied. */
export interface ApplyOptions {
  readonly manager: string;
  /** Takes fields from other managers. */
  readonly force?: boolean;
  readonly dryRun?: boolean;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Root path of an API version: `/api/v1`, `/apis/apps/v1`. */
export function apiRoot(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

/** Kubernetes objects of one cluster, addressed by discovery. */
export class Cluster {
  readonly connection: Connection;
  readonly #discovered = new Map<string, Promise<Map<string, Scope>>>();

  constructor(settings: ConnectionSettings) {
    this.connection = new Connection(settings);
  }

  /** Asks for the version once, so that a missing cluster is known within seconds. Throws when it cannot be reached. */
  async probe(timeoutMs = 3000): Promise<void> {
    await this.connection.request({ method: 'GET', path: '/version', retries: 0, timeoutMs });
  }

  /** How a kind is addressed; undefined when the cluster does not serve it (yet). */
  async scope(apiVersion: string, kind: string): Promise<Scope | undefined> {
    let known = this.#discovered.get(apiVersion);
    if (!known) {
      known = this.#discover(apiVersion);
      this.#discovered.set(apiVersion, known);
      known.catch(() => this.#discovered.delete(apiVersion));
    }
    const found = (await known).get(kind);
    if (!found) this.#discovered.delete(apiVersion); // a definition may come later
    return found;
  }

  async #discover(apiVersion: string): Promise<Map<string, Scope>> {
    try {
      const list = await this.connection.request({ method: 'GET', path: apiRoot(apiVersion) });
      return new Map(
        digObjects(list, 'resources').flatMap((resource) => {
          const [kind, name] = [digText(resource, 'kind'), digText(resource, 'name')];
          if (kind === undefined || name === undefined || name.includes('/')) return []; // a subresource
          return [[kind, { plural: name, namespaced: resource['namespaced'] === true }] as const];
        }),
      );
    } catch (error) {
      if (isNotFound(error)) return new Map();
      throw error;
    }
  }

  /**
   * Path of an object. Throws a 404 when the kind is not served.
   * @param patienceMs how long to wait for a CustomResourceDefinition created a moment ago.
   */
  async path({ apiVersion, kind, metadata }: Reference, patienceMs = 0): Promise<string> {
    for (let leftMs = patienceMs; ; leftMs -= 500) {
      const scope = await this.scope(apiVersion, kind);
      if (scope) {
        const namespace = scope.namespaced
          ? `/namespaces/${metadata.namespace ?? this.connection.namespace}`
          : '';
        return `${apiRoot(apiVersion)}${namespace}/${scope.plural}/${encodeURIComponent(metadata.name ?? '')}`;
      }
      if (leftMs <= 0) {
        const message = `the cluster serves no ${kind} in ${apiVersion}`;
        throw new ApiError(404, { message, reason: 'NoSuchKind' });
      }
      await pause(500);
    }
  }

  /** The live object; undefined when it, its namespace or its kind is not there. */
  async get(reference: Reference, patienceMs = 0): Promise<KubernetesObject | undefined> {
    try {
      return asObject(
        await this.connection.request({ method: 'GET', path: await this.path(reference, patienceMs) }),
      );
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** Server-side apply with strict field validation; waits up to `patienceMs` for a kind that is being defined. */
  async apply(object: KubernetesObject, options: ApplyOptions, patienceMs = 0): Promise<KubernetesObject> {
    const query = new URLSearchParams({ fieldManager: options.manager, fieldValidation: 'Strict' });
    if (options.force) query.set('force', 'true');
    if (options.dryRun) query.set('dryRun', 'All');
    const path = `${await this.path(object, patienceMs)}?${query.toString()}`;
    const contentType = 'application/apply-patch+yaml'; // JSON is YAML
    return asObject(await this.connection.request({ method: 'PATCH', path, body: object, contentType }));
  }

  /** Objects of a kind in a namespace (all when it is undefined), by label selector; empty when the kind is not served. */
  async list(
    apiVersion: string,
    kind: string,
    namespace?: string,
    query: Record<string, string> = {},
  ): Promise<KubernetesObject[]> {
    const scope = await this.scope(apiVersion, kind);
    if (!scope) return [];
    const within = namespace === undefined || !scope.namespaced ? '' : `/namespaces/${namespace}`;
    const path = `${apiRoot(apiVersion)}${within}/${scope.plural}?${new URLSearchParams(query).toString()}`;
    return digObjects(await this.connection.request({ method: 'GET', path }), 'items').map(asObject);
  }
}

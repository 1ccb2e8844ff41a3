import type { CheckContext, Checked, Difference, Operation, Provider, Resource, State } from '../provider';
import { hasUnknown, type Properties, unknownValue } from '../values';
import { applyObject } from './apply';
import { ApiError, isNotFound, isUnreachable } from './api-error';
import { checkInputs } from './check';
import { compare } from './compare';
import { difference } from './difference';
import { immutableFields } from './immutable';
import { foreseenCreate, foreseenUpdate } from './foresee';
import { suffix } from './naming';
import { asObject, asProperties, describe, idOf, type KubernetesObject } from './object';
import { fieldManager, isOwnedBy } from './ownership';
import { providerSchema } from './provider-inputs';
import { project } from './project';
import { removeObject, waitUntilGone } from './remove';
import { serverOf, Session, unsupportedSettings } from './session';
import { nap, settle } from './settle';
import { importedInputs, outputsOf } from './state';
import { isPatchToken, kindOfToken } from './type-token';

/** Version of @pulumi/kubernetes whose resource classes are served. */
export const kubernetesVersion = '4.34.2';

type Identified = Operation & { readonly id: string };

/** The `kubernetes` provider of the lab: server-side apply of plain objects and custom resources, with readiness and drift. */
export class KubernetesProvider implements Provider {
  readonly name = 'kubernetes';
  readonly version = kubernetesVersion;
  readonly providerSchema = providerSchema;
  #session: Session | undefined;

  get #open(): Session {
    if (!this.#session) throw new Error('the kubernetes provider was not configured');
    return this.#session;
  }

  checkConfig(_olds: Properties, news: Properties): Checked {
    return { inputs: news, failures: unsupportedSettings(news) };
  }

  diffConfig(olds: Properties, news: Properties): Difference {
    const changes = compare(olds, news);
    const identified = olds['clusterIdentifier'] !== undefined || news['clusterIdentifier'] !== undefined;
    const [before, after] = [serverOf(olds), serverOf(news)];
    const isOther = identified
      ? olds['clusterIdentifier'] !== news['clusterIdentifier']
      : !hasUnknown(news) && before !== undefined && after !== undefined && before !== after;
    if (!isOther) return { changes };
    const path = identified ? 'clusterIdentifier' : 'kubeconfig';
    const others = changes.filter((change) => change.path !== path);
    return { changes: [...others, { path, kind: 'update', replace: true }] };
  }

  async configure(config: Properties): Promise<void> {
    this.#session = await Session.open(config);
  }

  async check(context: CheckContext, olds: Properties, news: Properties): Promise<Checked> {
    return checkInputs(this.#open, context, olds, news);
  }

  async diff(
    resource: Resource & { readonly id: string },
    state: State,
    news: Properties,
  ): Promise<Difference> {
    return difference(this.#open, resource, state, news);
  }

  async create(operation: Operation, inputs: Properties): Promise<{ id: string; outputs: Properties }> {
    const object = withName(asObject(inputs), operation.preview);
    const manager = fieldManager(operation.urn, object);
    if (operation.preview) {
      await this.#rehearse(operation, object, manager);
      const { name, namespace } = object.metadata;
      return {
        id: hasUnknown([name ?? unknownValue, namespace ?? '']) ? '' : idOf(object),
        outputs: foreseenCreate(inputs, manager),
      };
    }
    await this.#makeRoom(operation, object, manager);
    const applied = await applyObject(this.#open, operation, object, manager);
    const live = await this.#settle(operation, object, applied, manager);
    return { id: idOf(live), outputs: outputsOf(live, inputs, manager) };
  }

  async update(operation: Identified, state: State, inputs: Properties): Promise<Properties> {
    const object = named(asObject(inputs), operation.id);
    const manager = fieldManager(operation.urn, object, state.outputs);
    if (operation.preview) {
      const dry = await this.#rehearse(operation, object, manager);
      return foreseenUpdate(dry ? outputsOf(dry, inputs, manager) : state.outputs, inputs);
    }
    const applied = await applyObject(this.#open, operation, object, manager);
    return outputsOf(await this.#settle(operation, object, applied, manager), inputs, manager);
  }

  async read(operation: Identified, state: State): Promise<(State & { id?: string }) | undefined> {
    const known = state.inputs['kind'] !== undefined ? state.inputs : state.outputs;
    const { apiVersion, kind } = known['kind'] === undefined ? kindOfToken(operation.type) : asObject(known);
    const [name = '', namespace] = operation.id.split('/').reverse();
    let live: KubernetesObject | undefined;
    try {
      const cluster = await this.#open.reach();
      live = await cluster.get({ apiVersion, kind, metadata: { name, ...(namespace ? { namespace } : {}) } });
    } catch (error) {
      return this.#unread(operation, state, error);
    }
    if (!live) return undefined;
    const manager = fieldManager(operation.urn, asObject(state.inputs), state.outputs);
    const inputs = state.inputs['kind'] === undefined ? importedInputs(live) : project(live, state.inputs);
    return { id: idOf(live), inputs, outputs: outputsOf(live, inputs, manager) };
  }

  async delete(operation: Identified, state: State): Promise<void> {
    const object = named(
      asObject(state.outputs['kind'] === undefined ? state.inputs : state.outputs),
      operation.id,
    );
    try {
      const cluster = await this.#open.reach();
      if (isPatchToken(operation.type)) await this.#giveBack(operation, state, object);
      else await removeObject(cluster, operation, object);
    } catch (error) {
      if (!isUnreachable(error) || this.#open.isReachable() || !this.#open.isOn('deleteUnreachable'))
        throw error;
      operation.warn(`${describe(object)} is dropped from the state only: ${(error as Error).message}`);
    }
  }

  /** In a preview the namespace or the definition may not be there yet, which is no error; unknown values cannot be tried. */
  async #rehearse(
    operation: Operation,
    object: KubernetesObject,
    manager: string,
  ): Promise<KubernetesObject | undefined> {
    if (!this.#open.isReachable() || hasUnknown(asProperties(object))) return undefined;
    try {
      return await applyObject(this.#open, operation, object, manager);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      if (error instanceof ApiError) {
        if (/dry.?run/i.test(error.message)) return undefined; // a webhook that cannot rehearse
        // A replacement's predecessor still has the name; it goes before the new one comes.
        if (immutableFields(error).length > 0) return undefined;
        throw error;
      }
      if (this.#open.isReachable()) throw error;
      return undefined;
    }
  }

  /**
   * Makes sure that a create does not take over what is not its own. An object with our mark was made by this resource in a run that
   * was killed; one that is going is waited for; any other must be imported, unless `upsertExistingObjects` is on.
   */
  async #makeRoom(operation: Operation, object: KubernetesObject, manager: string): Promise<void> {
    const cluster = await this.#open.reach();
    const existing = await cluster.get(object, 10_000);
    if (isPatchToken(operation.type)) {
      if (!existing)
        throw new Error(`${describe(object)} does not exist; a patch changes an object that is there`);
      return;
    }
    if (!existing) return;
    if (existing.metadata.deletionTimestamp !== undefined) {
      await waitUntilGone(cluster, operation, existing);
      return;
    }
    if (isOwnedBy(existing, manager) || this.#open.isOn('upsertExistingObjects')) return;
    const how = 'import it (option `import`), or set `upsertExistingObjects` on the provider';
    throw new Error(`${describe(object)} already exists and was not made by this resource: ${how}`);
  }

  async #settle(
    operation: Operation,
    object: KubernetesObject,
    applied: KubernetesObject,
    manager: string,
  ): Promise<KubernetesObject> {
    if (isPatchToken(operation.type)) return applied;
    return settle(await this.#open.reach(), operation, object, applied, manager);
  }

  #unread(operation: Operation, state: State, error: unknown): State | undefined {
    if (!isUnreachable(error) || this.#open.isReachable()) throw error;
    const why = (error as Error).message;
    if (this.#open.isOn('skipUpdateUnreachable')) {
      operation.warn(`kept as it was in the state: ${why}`);
      return state;
    }
    if (this.#open.isOn('deleteUnreachable')) {
      operation.warn(`dropped from the state: ${why}`);
      return undefined;
    }
    throw new Error(`${why}. If it is gone for good, set \`deleteUnreachable\` on the provider`);
  }

  /** Gives the fields of a patch back: applying none of them with its manager leaves the object to its owners. */
  async #giveBack(operation: Operation, state: State, object: KubernetesObject): Promise<void> {
    const cluster = await this.#open.reach();
    if (!(await cluster.get(object))) return; // applying would make it
    const { apiVersion, kind, metadata } = object;
    const { name, namespace } = metadata;
    const manager = fieldManager(operation.urn, asObject(state.inputs), state.outputs);
    const bare = {
      apiVersion,
      kind,
      metadata: { ...(name ? { name } : {}), ...(namespace ? { namespace } : {}) },
    };
    await cluster.apply(bare, { manager });
    await nap(0, operation.signal);
  }
}

/** Chooses the name that `generateName` asks for, so that the object can be applied. */
function withName(object: KubernetesObject, preview: boolean): KubernetesObject {
  const { generateName, name } = object.metadata;
  if (preview || name !== undefined || generateName === undefined) return object;
  return {
    ...object,
    metadata: { ...object.metadata, name: `${generateName}${suffix(new Uint8Array(), 5)}` },
  };
}

/** The object under the name that the state knows it by. */
function named(object: KubernetesObject, id: string): KubernetesObject {
  const [name = '', namespace] = id.split('/').reverse();
  const place = namespace === undefined || object.metadata.namespace !== undefined ? {} : { namespace };
  return { ...object, metadata: { ...object.metadata, ...place, name: object.metadata.name ?? name } };
}

import { isDeepStrictEqual } from 'node:util';
import {
  clusterKubeconfig,
  createCluster,
  deleteCluster,
  gone,
  repairCluster,
  shapeOf,
} from '../../k3d/cluster';
import { findCluster, isOwn, stopped } from '../../k3d/found';
import { isTaken, machineProblems } from '../../k3d/machine';
import { type K3dPort, type K3dSpec, k3sImage, defaultK3sVersion, registryAddress } from '../../k3d/spec';
import { type Change, type Failure, type Provider, Unfinished } from '../provider';
import { hasUnknown, type Properties, unknownValue, type Value } from '../values';

/** Type token of the only resource. */
const clusterType = 'k3d:index:Cluster';

/** Why a change of each input needs a new cluster. */
const replacing: Readonly<Record<string, string>> = {
  name: 'containers, network and volumes are called by it',
  image: 'k3d cannot change the image of a node that is there',
  servers: 'one server keeps its data in SQLite and several in etcd, and k3d cannot go from one to the other',
  apiPort: 'Docker cannot change the ports of a container that is there',
  ports: 'Docker cannot change the ports of a container that is there',
  registryPort: 'the nodes read where the registry is when they are made',
  disable: 'a server reads what it leaves out when it is made',
};

const allowed = [...Object.keys(replacing), 'agents', 'builder'];

/** Set where a preview is made on another machine than the cluster's (a pull request's, say): nothing of this machine is looked at. */
export const elsewhere = 'CONTINUOUS_LOAD_K3D_ELSEWHERE';

const isElsewhere = (): boolean => (process.env[elsewhere] ?? '') !== '';

/** `k3d` provider: a k3d cluster of this machine as one resource. What this machine lacks for it shows in the preview. */
export const provider: Provider = {
  name: 'k3d',
  version: '0.1.0',

  async check(resource, olds, news) {
    if (resource.type !== clusterType)
      throw new Error(`the k3d provider has no ${resource.type}, only ${clusterType}`);
    const failures: Failure[] = Object.keys(news)
      .filter((key) => !allowed.includes(key))
      .map((key) => ({ property: key, reason: `unknown; allowed are ${allowed.join(', ')}` }));
    if (failures.length === 0 && !hasUnknown(news) && !isElsewhere())
      failures.push(...(await machineFailures(specOf(news), olds)));
    // What the cluster should be, so that a refresh can tell that it is not, and the next `up` mends it.
    return { inputs: { ...news, power: 'on' }, failures };
  },

  async diff(resource, state, inputs) {
    const changes: Change[] = [...new Set([...Object.keys(state.inputs), ...Object.keys(inputs)])]
      .filter((key) => !isDeepStrictEqual(state.inputs[key], inputs[key]))
      .map((key) => ({
        path: key,
        kind: !(key in state.inputs) ? 'add' : !(key in inputs) ? 'delete' : 'update',
        replace: key in replacing,
      }));
    for (const { path, replace } of changes)
      if (replace)
        resource.warn(
          `another ${path} (${shown(state.inputs[path])} → ${shown(inputs[path])}) needs a new cluster: ${replacing[path] ?? ''}. ` +
            'Everything in it is made anew, and its data is lost',
        );
    const known = changes.some(({ path, replace }) => replace === true || path === 'power');
    if (!known && !isElsewhere()) changes.push(...(await unseen(resource.id)));
    // A new cluster may have the old one's name and ports.
    return { changes, deleteBeforeReplace: true };
  },

  async create(operation, inputs) {
    if (operation.preview) return { id: unknownValue, outputs: { ...inputs, ...foreseen(inputs) } };
    const spec = specOf(inputs);
    const problems = await machineProblems(spec.builder);
    if (problems.length > 0) throw new Error(problems.join('; '));
    await createCluster(spec, operation.status, operation.signal);
    return { id: spec.name, outputs: await outputsOf(inputs) };
  },

  async read(operation, state) {
    const found = await findCluster(operation.id);
    if (found === undefined) return undefined;
    if (!isOwn(found)) {
      operation.warn(
        `the k3d cluster ${operation.id} that is there now was not made by this stack, and is left alone`,
      );
      return undefined;
    }
    const off = stopped(found);
    const inputs: Properties = {
      ...state.inputs,
      name: operation.id,
      ...shapeOf(found),
      power: off.length === 0 ? 'on' : `off: ${off.join(', ')}`,
    };
    const readable = off.length === 0;
    return { inputs, outputs: readable ? await outputsOf(inputs) : { ...state.outputs, ...inputs } };
  },

  async update(operation, state, inputs) {
    if (operation.preview) return { ...state.outputs, ...inputs };
    try {
      await repairCluster(specOf(inputs), operation.status, operation.signal);
      return await outputsOf(inputs);
    } catch (error) {
      const outputs = { ...state.outputs, ...inputs };
      throw new Unfinished(operation.id, { inputs, outputs }, [(error as Error).message]);
    }
  },

  async delete(operation) {
    await deleteCluster(operation.id, operation.status, operation.signal);
  },
};

/** A cluster that is off or gone although its state was not refreshed: without this the engine would talk to nobody. */
async function unseen(name: string): Promise<Change[]> {
  const found = await findCluster(name);
  if (found === undefined) throw new Error(gone(name));
  return stopped(found).length === 0 ? [] : [{ path: 'power', kind: 'update' }];
}

/** What this machine lacks, and the ports that somebody else holds. */
async function machineFailures(spec: K3dSpec, olds: Properties): Promise<Failure[]> {
  const problems = await machineProblems(spec.builder);
  // An empty property: it is the machine that is wrong, no input.
  if (problems.length > 0) return problems.map((reason) => ({ property: '', reason }));
  const own = new Set(
    (await findCluster(nameOf(olds) ?? spec.name))?.nodes.flatMap((node) => node.hostPorts),
  );
  const failures: Failure[] = [];
  for (const { property, key, port } of portsOf(spec))
    if (!own.has(port) && (await isTaken(port)))
      failures.push({
        property,
        reason:
          `port ${port} of 127.0.0.1 is taken by another program: stop it (\`ss -ltnp sport = :${port}\` or ` +
          `\`docker ps --filter publish=${port}\` tells which), or change cluster.ports.${key}`,
      });
  return failures;
}

interface WantedPort {
  readonly property: string;
  /** What the config calls it. */
  readonly key: string;
  readonly port: number;
}

function portsOf({ apiPort, registryPort, ports }: K3dSpec): WantedPort[] {
  return [
    { property: 'apiPort', key: 'api', port: apiPort },
    ...(registryPort === undefined
      ? []
      : [{ property: 'registryPort', key: 'registry', port: registryPort }]),
    ...Object.entries(ports).map(([key, { hostPort }]) => ({
      property: `ports.${key}`,
      key,
      port: hostPort,
    })),
  ];
}

function nameOf(inputs: Properties): string | undefined {
  return typeof inputs['name'] === 'string' ? inputs['name'] : undefined;
}

function specOf(inputs: Properties): K3dSpec {
  const { registryPort } = inputs;
  return {
    name: nameOf(inputs) ?? '',
    image: typeof inputs['image'] === 'string' ? inputs['image'] : k3sImage(defaultK3sVersion),
    servers: Number(inputs['servers'] ?? 1),
    agents: Number(inputs['agents'] ?? 0),
    apiPort: Number(inputs['apiPort']),
    ports: (inputs['ports'] ?? {}) as unknown as Record<string, K3dPort>,
    ...(registryPort === undefined || registryPort === null ? {} : { registryPort: Number(registryPort) }),
    disable: (inputs['disable'] ?? []) as string[],
    builder: inputs['builder'] === true,
  };
}

async function outputsOf(inputs: Properties): Promise<Properties> {
  const spec = specOf(inputs);
  return { ...inputs, ...plainOutputs(spec), kubeconfig: await clusterKubeconfig(spec.name) };
}

/** Everything but the kubeconfig follows from the inputs. */
function foreseen(inputs: Properties): Properties {
  return { ...plainOutputs(specOf(inputs)), kubeconfig: unknownValue };
}

function plainOutputs({ ports, registryPort }: K3dSpec): Properties {
  const urls = Object.entries(ports).map(([name, { hostPort }]) => [name, `http://127.0.0.1:${hostPort}`]);
  return {
    endpoints: Object.fromEntries(urls) as Properties,
    registry: registryPort === undefined ? '' : registryAddress(registryPort),
  };
}

function shown(value: Value | undefined): string {
  const text = value === undefined ? 'none' : typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}

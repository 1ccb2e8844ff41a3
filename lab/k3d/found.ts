import { demand } from './programs';
import { identity, type K3dSpec, ownerLabel } from './spec';

/** A container of a k3d cluster. */
export interface FoundNode {
  readonly name: string;
  readonly role: string;
  readonly image: string;
  /** Docker's word: `created` (never started), `running`, `exited`, `paused`, `dead` … */
  readonly status: string;
  /** The identity that this product wrote on it; absent on what is not its own, and on registries. */
  readonly identity?: string;
  /** Ports of this machine that it holds. */
  readonly hostPorts: readonly number[];
}

/** A k3d cluster, or what there is of one. */
export interface FoundCluster {
  readonly name: string;
  readonly nodes: readonly FoundNode[];
}

/** What `docker container inspect` says of a container, as far as it is read here (Docker Engine API, ContainerInspect). */
interface Inspected {
  readonly Name?: string;
  readonly State?: { readonly Status?: string };
  readonly Config?: {
    readonly Image?: string;
    readonly Labels?: Readonly<Record<string, string>> | null;
  };
  readonly HostConfig?: {
    readonly PortBindings?: Readonly<Record<string, readonly { readonly HostPort?: string }[] | null>> | null;
  };
}

/** The containers in what `docker container inspect` printed. Throws a SyntaxError when that is no JSON. */
export function parseNodes(text: string): FoundNode[] {
  return (JSON.parse(text) as Inspected[]).map(({ Name = '', State, Config, HostConfig }) => {
    const owner = Config?.Labels?.[ownerLabel];
    const bindings = Object.values(HostConfig?.PortBindings ?? {}).flatMap((each) => each ?? []);
    return {
      name: Name.replace(/^\//, ''),
      role: Config?.Labels?.['k3d.role'] ?? '',
      image: Config?.Image ?? '',
      status: State?.Status ?? 'unknown',
      ...(owner === undefined ? {} : { identity: owner }),
      hostPorts: bindings.map(({ HostPort }) => Number(HostPort)).filter((port) => port > 0),
    };
  });
}

/**
 * The cluster of a name, whole or not; undefined when no container is there of it. Docker is asked and not k3d, which tells neither images
 * nor labels of others in its list. Throws when Docker fails: a cluster that cannot be seen is not gone.
 */
export async function findCluster(name: string, signal?: AbortSignal): Promise<FoundCluster | undefined> {
  const filters = ['label=app=k3d', `label=k3d.cluster=${name}`].flatMap((filter) => ['--filter', filter]);
  const ids = (await demand('docker', ['container', 'ls', '--all', '--quiet', ...filters], { signal }))
    .split('\n')
    .filter((id) => id !== '');
  if (ids.length === 0) return undefined;
  const nodes = parseNodes(await demand('docker', ['container', 'inspect', ...ids], { signal }));
  return { name, nodes: nodes.sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

/** The containers of a role. */
export function ofRole({ nodes }: FoundCluster, role: string): FoundNode[] {
  return nodes.filter((node) => node.role === role);
}

/** The containers that make the cluster; a registry carries no label of ours, and serves without being a part of it. */
function members({ nodes }: FoundCluster): FoundNode[] {
  return nodes.filter(({ role }) => ['server', 'agent', 'loadbalancer'].includes(role));
}

/** Whether this product made a cluster: every container of it says so, or it never came to one. */
export function isOwn(cluster: FoundCluster): boolean {
  return members(cluster).every((node) => node.identity !== undefined);
}

/** Whether a cluster is the one that is asked for, but for the number of its agents. */
export function isSame(cluster: FoundCluster, spec: K3dSpec): boolean {
  return members(cluster).every((node) => node.identity === identity(spec));
}

/** What a cluster lacks that an interrupted creation left out or never started; nothing when it once was whole. */
export function lacks(cluster: FoundCluster, spec: Pick<K3dSpec, 'servers' | 'registryPort'>): string[] {
  const servers = ofRole(cluster, 'server').length;
  const fresh = members(cluster).filter(({ status }) => status === 'created');
  return [
    ...(servers >= spec.servers ? [] : [`${spec.servers - servers} of ${spec.servers} servers`]),
    ...(ofRole(cluster, 'loadbalancer').length > 0 ? [] : ['its load balancer']),
    ...(spec.registryPort === undefined || ofRole(cluster, 'registry').length > 0 ? [] : ['its registry']),
    ...fresh.map(({ name }) => `a start of ${name}`),
  ];
}

/** The containers of a cluster and its registry that do not run, by name. */
export function stopped(cluster: FoundCluster): string[] {
  return [...members(cluster), ...ofRole(cluster, 'registry')]
    .filter(({ status }) => status !== 'running')
    .map(({ name }) => name);
}

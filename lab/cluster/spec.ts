import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { stateDirectory } from '../directories';

/** A named port of the host's loopback that leads to a NodePort of the lab. */
export interface LabPort {
  readonly hostPort: number;
  readonly nodePort: number;
}

/** What a lab is made from. */
export interface LabSpec {
  /** Lower-case letters, digits and dashes, at most 20; names the directory, cgroup and namespaces. */
  readonly name: string;
  /** Number of nodes, 1 to 5. */
  readonly nodes: number;
  /** Port on 127.0.0.1 of the API server. */
  readonly apiPort: number;
  /** Other ports on 127.0.0.1, by endpoint name. */
  readonly ports: Readonly<Record<string, LabPort>>;
  /** Images that the nodes have besides the usual ones. */
  readonly optionalImages?: readonly string[];
  /** Whether nodes keep NetworkPolicies; default false, as the bridge plugin alone does not. */
  readonly networkPolicies?: boolean;
}

/** The most nodes a lab can have; addresses and routes for all of them exist from the start. */
export const mostNodes = 5;

/** Port of the receiver of pages in the control plane. */
export const pagerPort = 9099;

/** Every address of a lab. Labs share no network, so ranges differ between labs only to tell them apart in logs and captures. */
export interface LabAddresses {
  readonly bridgeCidr: string;
  readonly controlPlane: string;
  readonly podCidr: string;
  readonly serviceCidr: string;
  readonly apiService: string;
  readonly dnsService: string;
  node(index: number): { name: string; address: string; podCidr: string; zone: string };
}

/** Derives the addresses from the lab's name: pods 10.E.0.0/16, services 10.(E+1).0.0/16 with E even in 64…190, nodes 172.30.X.0/24. */
export function labAddresses(name: string): LabAddresses {
  const digest = createHash('sha256').update(name).digest();
  const pods = 64 + 2 * ((digest[0] ?? 0) % 64);
  const bridge = `172.30.${(digest[1] ?? 0) % 250}`;
  return {
    bridgeCidr: `${bridge}.0/24`,
    controlPlane: `${bridge}.1`,
    podCidr: `10.${pods}.0.0/16`,
    serviceCidr: `10.${pods + 1}.0.0/16`,
    apiService: `10.${pods + 1}.0.1`,
    dnsService: `10.${pods + 1}.0.10`,
    node: (index) => ({
      name: `node${index}`,
      address: `${bridge}.${10 + index}`,
      podCidr: `10.${pods}.${index}.0/24`,
      zone: index % 2 === 1 ? 'lab-a' : 'lab-b',
    }),
  };
}

/** Names of the machines of a lab: the control plane `cp`, then its nodes. */
export function machineNames(spec: LabSpec): string[] {
  return ['cp', ...nodeNames(spec)];
}

/** Names of the nodes of a lab. */
export function nodeNames(spec: LabSpec): string[] {
  return Array.from({ length: spec.nodes }, (_, i) => `node${i + 1}`);
}

/** Where everything of a lab lies. */
export interface LabPaths {
  readonly root: string;
  /** Name of the lab's cgroup: differs for labs of one name in different state directories, so that none stops the other's processes. */
  readonly cgroup: string;
  readonly spec: string;
  readonly pki: string;
  readonly kubeconfig: string;
  readonly nodeHosts: string;
  readonly controlPlaneHosts: string;
  readonly notifications: string;
  /** A file that a network namespace is bound to. */
  namespace(machine: string): string;
  machine(machine: string): MachinePaths;
}

/** Where everything of one machine lies. */
export interface MachinePaths {
  readonly root: string;
  readonly plan: string;
  readonly process: string;
  readonly log: string;
  readonly etc: string;
}

/** The directory that holds all labs. */
export function labsDirectory(): string {
  return join(stateDirectory(), 'labs');
}

/** Paths of a lab, by its name. */
export function labPaths(name: string): LabPaths {
  const root = join(labsDirectory(), name);
  return {
    root,
    cgroup: `${name}-${createHash('sha256').update(root).digest('hex').slice(0, 8)}`,
    spec: join(root, 'lab.json'),
    pki: join(root, 'pki'),
    kubeconfig: join(root, 'kubeconfig'),
    nodeHosts: join(root, 'hosts-nodes'),
    controlPlaneHosts: join(root, 'hosts-control-plane'),
    notifications: join(root, 'notifications.jsonl'),
    namespace: (machine) => join(root, 'network', machine),
    machine: (machine) => {
      const own = join(root, machine);
      return {
        root: own,
        plan: join(own, 'plan.json'),
        process: join(own, 'process.json'),
        log: join(own, 'log'),
        etc: join(own, 'etc'),
      };
    },
  };
}

/** Lists everything wrong with a spec; empty when it is right. */
export function specProblems(spec: LabSpec): string[] {
  const problems: string[] = [];
  if (!/^[a-z][a-z0-9-]{0,18}[a-z0-9]$/.test(spec.name))
    problems.push(
      `name: '${spec.name}' must be 2 to 20 lower-case letters, digits or dashes, beginning with a letter and not ending with a dash`,
    );
  if (!Number.isInteger(spec.nodes) || spec.nodes < 1 || spec.nodes > mostNodes)
    problems.push(`nodes: ${spec.nodes} must be a whole number from 1 to ${mostNodes}`);
  const taken = new Map<number, string>();
  const hostPorts = { api: spec.apiPort, ...mapValues(spec.ports, (port) => port.hostPort) };
  for (const [name, port] of Object.entries(hostPorts)) {
    const other = taken.get(port);
    if (!Number.isInteger(port) || port < 1024 || port > 65535)
      problems.push(`port ${name}: ${port} must be from 1024 to 65535`);
    else if (other !== undefined) problems.push(`port ${name}: ${port} is already given to ${other}`);
    taken.set(port, name);
  }
  for (const [name, { nodePort }] of Object.entries(spec.ports))
    if (!Number.isInteger(nodePort) || nodePort < 30000 || nodePort > 32767)
      problems.push(`port ${name}: node port ${nodePort} must be from 30000 to 32767`);
  return problems;
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}

import { createHash } from 'node:crypto';

/**
 * The k3s release that a node runs, by the minor version of Kubernetes: the one table of them. By tag, since no digest could be read where
 * this was written; a new one is added here and in no other place.
 */
export const k3sReleases = { '1.34': '1.34.9', '1.35': '1.35.5', '1.36': '1.36.4' } as const;

/** A minor version of Kubernetes that a k3d cluster can have. */
export type K3sVersion = keyof typeof k3sReleases;

/** The minor version that the lab has too, on which everything is tested daily. */
export const defaultK3sVersion: K3sVersion = '1.34';

/** The node image of a minor version of Kubernetes. */
export function k3sImage(version: K3sVersion): string {
  return `docker.io/rancher/k3s:v${k3sReleases[version]}-k3s1`;
}

/** The image of the stack's registry. */
export const registryImage = 'docker.io/library/registry:2.8.3';

/** Parts of k3s that can be left out: what this product replaces, or what a small machine can do without. */
export const builtIns = ['traefik', 'servicelb', 'metrics-server'] as const;

/** A part of k3s that can be left out. */
export type BuiltIn = (typeof builtIns)[number];

/** The storage class that every k3s has (`--disable=local-storage` is not offered). */
export const storageClass = 'local-path';

/** A port of 127.0.0.1 that leads to a NodePort. */
export interface K3dPort {
  readonly hostPort: number;
  readonly nodePort: number;
}

/** What a k3d cluster of this product is made from. */
export interface K3dSpec {
  /** k3d's name of it; containers and network are called `k3d-<name>…`. */
  readonly name: string;
  /** The k3s image of every node. */
  readonly image: string;
  /** 1, or 3 and more for an etcd that survives the loss of one. */
  readonly servers: number;
  readonly agents: number;
  /** Port of 127.0.0.1 for the API server. */
  readonly apiPort: number;
  /** Other ports of 127.0.0.1, by endpoint name; they lead through k3d's load balancer. */
  readonly ports: Readonly<Record<string, K3dPort>>;
  /** Port of 127.0.0.1 for the registry; without it there is none. */
  readonly registryPort?: number;
  readonly disable: readonly string[];
  /** Whether a builder for images comes with it. */
  readonly builder: boolean;
}

/** Label of the containers of a cluster that this product made; its value is {@link identity}. */
export const ownerLabel = 'continuous-load.identity';

/**
 * What makes one cluster another one: 8 hex digits over everything but the number of agents and the builder. k3d cannot change the rest of
 * a cluster that runs, so a new identity is a new cluster.
 */
export function identity(spec: Omit<K3dSpec, 'agents' | 'builder'>): string {
  const { name, image, servers, apiPort, registryPort, disable } = spec;
  const ports = Object.entries(spec.ports)
    .map(([key, { hostPort, nodePort }]) => [key, hostPort, nodePort])
    .sort();
  const text = JSON.stringify([name, image, servers, apiPort, ports, registryPort, [...disable].sort()]);
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

/** `HOST:PORT` under which both this machine pushes to the registry and the nodes pull from it. */
export function registryAddress(port: number): string {
  return `127.0.0.1:${port}`;
}

/** Name of the registry's container and of its host in the cluster's network; k3d's own default. */
export function registryName(cluster: string): string {
  return `k3d-${cluster}-registry`;
}

/** Name of the load balancer's container and of its host in the cluster's network, which k3d adds to the cluster's DNS. */
export function loadBalancerName(cluster: string): string {
  return `k3d-${cluster}-serverlb`;
}

/** Port of the registry inside its container (k3d: DefaultRegistryPort). */
const registryInside = 5000;

/** How long k3d may take for each of its steps, images pulled included, before it rolls back. */
const timeout = '15m0s';

/**
 * The config file of `k3d cluster create --config`, https://k3d.io/stable/usage/configfile/ (k3d.io/v1alpha5). Every port is on 127.0.0.1
 * only; the user's own kubeconfig is left alone. No value may hold a `$`, which k3d would expand.
 */
export function k3dConfig(spec: K3dSpec): Record<string, unknown> {
  const { name, image, servers, agents, apiPort, ports, registryPort, disable } = spec;
  return {
    apiVersion: 'k3d.io/v1alpha5',
    kind: 'Simple',
    metadata: { name },
    servers,
    agents,
    image,
    kubeAPI: { hostIP: '127.0.0.1', hostPort: String(apiPort) },
    ports: Object.values(ports).map(({ hostPort, nodePort }) => ({
      port: `127.0.0.1:${hostPort}:${nodePort}`,
      nodeFilters: ['loadbalancer'],
    })),
    ...(registryPort === undefined ? {} : { registries: registries(name, registryPort) }),
    options: {
      k3d: { wait: true, timeout },
      k3s: {
        extraArgs: disable.map((part) => ({ arg: `--disable=${part}`, nodeFilters: ['server:*'] })),
      },
      kubeconfig: { updateDefaultKubeconfig: false, switchCurrentContext: false },
      runtime: { labels: [{ label: `${ownerLabel}=${identity(spec)}`, nodeFilters: ['all'] }] },
    },
  };
}

/** k3d makes mirrors for the registry's own names; the address by which this machine knows it must lead there too. */
function registries(cluster: string, port: number) {
  const endpoint = `http://${registryName(cluster)}:${registryInside}`;
  return {
    create: {
      name: registryName(cluster),
      host: '127.0.0.1',
      hostPort: String(port),
      image: registryImage,
    },
    // With a line break k3d takes it for the file itself, not for its path.
    config: `mirrors:\n  "${registryAddress(port)}":\n    endpoint:\n      - ${endpoint}\n`,
  };
}

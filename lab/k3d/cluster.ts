import { findCluster, type FoundCluster, isOwn, isSame, lacks, ofRole, stopped } from './found';
import { fitAgents } from './agents';
import { ensureBuilder, removeBuilder } from './builder';
import { demand, run } from './programs';
import { k3dConfig, type K3dSpec } from './spec';

/** Says what is being done. */
export type Status = (message: string) => void;

/** Longest that k3d may take for a whole creation: its own limit counts each step anew. In milliseconds. */
const creationMs = 45 * 60_000;

/** Longest that a start or a deletion may take, in milliseconds. */
const changeMs = 10 * 60_000;

/**
 * Makes a cluster, or takes over the one that an interrupted run finished and did not write down. What such a run left half-made is
 * removed first. Throws when k3d fails (and then leaves nothing behind), or when a cluster of the name is somebody else's, or is whole and
 * differs: nothing that might hold work is ever removed by a creation.
 */
export async function createCluster(spec: K3dSpec, status: Status, signal?: AbortSignal): Promise<void> {
  const found = await findCluster(spec.name, signal);
  if (found !== undefined) {
    if (!isOwn(found)) throw new Error(foreign(spec.name));
    const missing = lacks(found, spec);
    if (missing.length === 0) {
      if (!isSame(found, spec)) throw new Error(different(spec.name));
      status(`taking over k3d cluster ${spec.name}, which an earlier run had finished`);
      return bringUp(spec, found, status, signal);
    }
    status(
      `removing what an interrupted run left of k3d cluster ${spec.name} (it lacks ${missing.join(', ')})`,
    );
    await deleteCluster(spec.name, status, signal);
  }
  await removeLeftovers(spec.name);
  status(`creating k3d cluster ${spec.name}; images that are not here yet are pulled`);
  try {
    await demand('k3d', ['cluster', 'create', '--config', '-'], {
      input: `${JSON.stringify(k3dConfig(spec), null, 2)}\n`,
      timeoutMs: creationMs,
      signal,
    });
  } catch (error) {
    // k3d rolls back by itself, but not when it was killed.
    await deleteCluster(spec.name, status).catch(() => undefined);
    throw error;
  }
  if (spec.builder) await ensureBuilder(spec.name, signal);
}

/** Starts what is off of a cluster, and gives it the number of agents that is asked for. Throws when it is gone or k3d fails. */
export async function repairCluster(spec: K3dSpec, status: Status, signal?: AbortSignal): Promise<void> {
  const found = await findCluster(spec.name, signal);
  if (found === undefined) throw new Error(gone(spec.name));
  if (!isOwn(found)) throw new Error(foreign(spec.name));
  await bringUp(spec, found, status, signal);
}

async function bringUp(
  spec: K3dSpec,
  found: FoundCluster,
  status: Status,
  signal?: AbortSignal,
): Promise<void> {
  const off = stopped(found);
  if (off.length > 0) {
    status(`starting ${off.join(', ')}`);
    await demand('k3d', ['cluster', 'start', spec.name, '--wait', '--timeout', '5m0s'], {
      timeoutMs: changeMs,
      signal,
    });
  }
  await fitAgents(spec, found, status, signal);
  if (spec.builder) await ensureBuilder(spec.name, signal);
}

/** Removes a cluster with its registry, network and volumes; does nothing when there is none. Throws when something stays, or it is somebody else's. */
export async function deleteCluster(name: string, status: Status, signal?: AbortSignal): Promise<void> {
  const found = await findCluster(name, signal);
  if (found !== undefined) {
    if (!isOwn(found)) throw new Error(foreign(name));
    status(`deleting k3d cluster ${name}`);
    await demand('k3d', ['cluster', 'delete', name], { timeoutMs: changeMs, signal });
    const left = await findCluster(name, signal);
    // A registry stays when it also serves another network of the user's; it is no part of the cluster any more.
    const rest = left?.nodes.filter(({ role }) => role !== 'registry') ?? [];
    if (rest.length > 0)
      throw new Error(
        `of k3d cluster ${name} there is still ${rest.map((node) => node.name).join(', ')}: ` +
          'remove it with `docker rm --force --volumes NAME` and run this again',
      );
  }
  await removeLeftovers(name);
  await removeBuilder(name);
}

/** A network or volume without a container is not seen by k3d, and a network that is found is taken for the user's and never removed. */
async function removeLeftovers(name: string): Promise<void> {
  const network = `k3d-${name}`;
  const { code, stdout } = await run('docker', [
    'network',
    'inspect',
    '--format',
    '{{index .Labels "app"}}',
    network,
  ]);
  // Docker refuses to remove what is in use, and then it is no leftover.
  if (code === 0 && stdout.trim() === 'k3d') await run('docker', ['network', 'rm', network]);
  const volume = `k3d-${name}-images`;
  if ((await run('docker', ['volume', 'inspect', volume])).code === 0)
    await run('docker', ['volume', 'rm', volume]);
}

/** The kubeconfig of an administrator, with the API server at 127.0.0.1. Throws when k3d cannot read it from a server. */
export async function clusterKubeconfig(name: string, signal?: AbortSignal): Promise<string> {
  return demand('k3d', ['kubeconfig', 'get', name], { signal });
}

/** The number of agents, the number of servers and the image that a cluster really has. */
export function shapeOf(found: FoundCluster): Pick<K3dSpec, 'agents' | 'servers'> & { image?: string } {
  const [server] = ofRole(found, 'server');
  return {
    agents: ofRole(found, 'agent').length,
    servers: ofRole(found, 'server').length,
    ...(server === undefined ? {} : { image: server.image }),
  };
}

const foreign = (name: string): string =>
  `there is a k3d cluster ${name} that this stack did not make, and it is left alone: give another cluster.name, ` +
  'or use that one by `kind: existing` and its context';

const different = (name: string): string =>
  `there is a whole k3d cluster ${name} with other settings that this stack's state does not know: ` +
  `remove it with \`k3d cluster delete ${name}\`, or give another cluster.name`;

/** Sentence for a cluster that is not there any more. */
export const gone = (name: string): string =>
  `k3d cluster ${name} is gone: let the state take note of it and make it anew by adding \`--refresh\` (\`npm run up STACK -- --refresh\`)`;

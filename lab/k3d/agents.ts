import { type FoundCluster, type FoundNode, ofRole } from './found';
import { demand, run } from './programs';
import { identity, type K3dSpec, ownerLabel } from './spec';

const addMs = 10 * 60_000;

/**
 * Adds or removes agents until there are as many as asked for. A removed one is drained first and taken out of the cluster. Throws when
 * k3d fails, or when only agents with volumes are left to remove: local volumes go with their node.
 */
export async function fitAgents(
  spec: K3dSpec,
  found: FoundCluster,
  status: (message: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const agents = ofRole(found, 'agent').sort((a, b) => numberOf(a) - numberOf(b));
  const next = Math.max(-1, ...agents.map(numberOf)) + 1;
  for (let number = next; number < next + spec.agents - agents.length; number++) {
    status(`adding agent ${number} to k3d cluster ${spec.name}`);
    await demand('k3d', creation(spec, number), { timeoutMs: addMs, signal });
  }
  const surplus = agents.length - spec.agents;
  if (surplus <= 0) return;
  const server = ofRole(found, 'server')[0]?.name ?? '';
  const held = await volumesByNode(server, signal);
  const free = agents.filter(({ name }) => !held.has(name)).reverse();
  if (free.length < surplus) throw new Error(inTheWay(spec, agents, held, surplus - free.length));
  for (const { name } of free.slice(0, surplus)) {
    status(`removing ${name} from k3d cluster ${spec.name}`);
    await removeAgent(server, name, signal);
  }
}

/** `k3d node create NAME` makes container `k3d-NAME-0`, so the agent's number is in NAME. */
function creation(spec: K3dSpec, number: number): string[] {
  const label = ['--runtime-label', `${ownerLabel}=${identity(spec)}`];
  const waiting = ['--wait', '--timeout', '5m0s'];
  return [
    ...['node', 'create', `${spec.name}-agent-${number}`, '--cluster', spec.name, '--role', 'agent'],
    ...['--image', spec.image, ...label, ...waiting],
  ];
}

/** The number in an agent's name: `k3d-dev-agent-2` as made with the cluster, `k3d-dev-agent-2-0` as added. */
function numberOf({ name }: FoundNode): number {
  return Number(/-agent-(\d+)(?:-0)?$/.exec(name)?.[1] ?? -1);
}

/** Drains as well as it goes: what does not leave within a minute is lost with the node, as it would be on any other. */
async function removeAgent(server: string, name: string, signal?: AbortSignal): Promise<void> {
  const kubectl = (...args: string[]) => ['exec', server, 'kubectl', ...args];
  const drain = kubectl('drain', name, '--ignore-daemonsets', '--delete-emptydir-data', '--timeout=60s');
  await run('docker', drain, { timeoutMs: 90_000, signal });
  await demand('k3d', ['node', 'delete', name], { signal });
  await demand('docker', kubectl('delete', 'node', name, '--ignore-not-found', '--timeout=30s'), { signal });
}

interface PersistentVolumes {
  readonly items: readonly {
    readonly spec: {
      readonly claimRef?: { readonly namespace?: string; readonly name?: string };
      readonly nodeAffinity?: {
        readonly required?: {
          readonly nodeSelectorTerms: readonly {
            readonly matchExpressions?: readonly { readonly values?: readonly string[] }[];
          }[];
        };
      };
    };
  }[];
}

/** The claims whose volumes lie on each node. */
async function volumesByNode(server: string, signal?: AbortSignal): Promise<Map<string, string[]>> {
  const text = await demand(
    'docker',
    ['exec', server, 'kubectl', 'get', 'persistentvolumes', '--output', 'json'],
    { signal },
  );
  const byNode = new Map<string, string[]>();
  for (const { spec } of (JSON.parse(text) as PersistentVolumes).items) {
    const { namespace = '', name = '' } = spec.claimRef ?? {};
    const terms = spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
    for (const node of terms.flatMap(({ matchExpressions = [] }) =>
      matchExpressions.flatMap((e) => e.values ?? []),
    ))
      byNode.set(node, [...(byNode.get(node) ?? []), `${namespace}/${name}`]);
  }
  return byNode;
}

function inTheWay(
  { name, agents }: K3dSpec,
  present: readonly FoundNode[],
  held: ReadonlyMap<string, readonly string[]>,
  short: number,
): string {
  const places = present
    .filter((node) => held.has(node.name))
    .map((node) => `${node.name} (${held.get(node.name)?.join(', ') ?? ''})`);
  return (
    `k3d cluster ${name} cannot go down to ${agents} agents: volumes lie on ${places.join(' and ')}, and would be lost. ` +
    `Raise cluster.agents by ${short}, or delete those claims first`
  );
}

import { readFileSync } from 'node:fs';
import { list, type Cluster } from './kubernetes';

/** What an object is called: `Deployment continuous-load/source`. */
export type ObjectName = string;

/** Every object of Kubernetes in Pulumi's record of a stack. */
export function recordedObjects(stateFile: string): ObjectName[] {
  const { checkpoint } = JSON.parse(readFileSync(stateFile, 'utf8')) as {
    checkpoint: {
      latest?: {
        resources?: {
          type: string;
          delete?: boolean;
          outputs?: { kind?: string; metadata?: { name?: string; namespace?: string } };
        }[];
      };
    };
  };
  return (checkpoint.latest?.resources ?? [])
    .filter(({ type, delete: old }) => type.startsWith('kubernetes:') && !old)
    .map(({ outputs }) => nameOf(outputs?.kind, outputs?.metadata))
    .sort();
}

/** How many operations Pulumi's record still calls unfinished. */
export function pendingOperations(stateFile: string): number {
  const { checkpoint } = JSON.parse(readFileSync(stateFile, 'utf8')) as {
    checkpoint: { latest?: { pending_operations?: unknown[] } };
  };
  return checkpoint.latest?.pending_operations?.length ?? 0;
}

/** Every object in a cluster that carries our labels and was not made by a controller out of another one. */
export async function ownedObjects(cluster: Cluster): Promise<ObjectName[]> {
  const kinds = (await cluster.kubectl('api-resources', '--verbs=list,delete', '-o', 'name'))
    .trim()
    .split('\n');
  const madeByControllers = new Set([
    'endpoints',
    'endpointslices.discovery.k8s.io',
    'events',
    'events.events.k8s.io',
  ]);
  const wanted = kinds.filter((kind) => !madeByControllers.has(kind)).join(',');
  const found = await list(
    cluster,
    wanted,
    '--all-namespaces',
    '-l',
    'app.kubernetes.io/part-of=continuous-load',
    '--chunk-size=0',
  );
  return found
    .filter(
      ({ metadata }) =>
        metadata.ownerReferences === undefined &&
        metadata.labels?.['app.kubernetes.io/instance'] !== undefined,
    )
    .map(({ kind, metadata }) => nameOf(kind, metadata))
    .sort();
}

function nameOf(
  kind = '?',
  { name = '?', namespace }: { name?: string; namespace?: string } = {},
): ObjectName {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

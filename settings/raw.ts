/** The stack's config as Pulumi hands it out, on its way to the schema. */
import { configNamespace, type Problem } from './problem';

/** Config keys without their namespace; nested ones decoded. Text that is no JSON stays text, for the schema to refuse. */
export function rawSections(config: Readonly<Record<string, string>>): Record<string, unknown> {
  const prefix = `${configNamespace}:`;
  const own = Object.entries(config).filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), decoded(value)]));
}

function decoded(value: string): unknown {
  if (!/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

/** A cluster is called like its stack unless the config says otherwise. */
export function withClusterName(raw: Record<string, unknown>, stack: string): Record<string, unknown> {
  const { cluster } = raw;
  if (typeof cluster !== 'object' || cluster === null || Array.isArray(cluster)) return raw;
  return { ...raw, cluster: { name: stack, ...cluster } };
}

/** The name of a cluster that was not written is the stack's, which nobody would look for in the config. */
export function ofTheStacksName(problem: Problem, { cluster }: Record<string, unknown>): Problem {
  const isWritten = typeof cluster === 'object' && cluster !== null && 'name' in cluster;
  return problem.field === 'cluster.name' && !isWritten
    ? { ...problem, mend: `${problem.mend}; left out, it is the name of the stack` }
    : problem;
}

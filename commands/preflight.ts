import { clusterSchemaOf } from '../settings/cluster-schema';
import type { ProgramName } from '../lab/toolchain/programs';
import { Failure } from './terminal/failure';
import type { Purpose, WantedPort } from './preflight/facts';
import { readMachine } from './preflight/machine';
import { describeProblems, findProblems } from './preflight/problems';
import type { Stack } from './stack/stack';
import { ownConfig } from './stack/stack-config';

/** What the preflight of a lab stack is about. */
export interface LabPreflight {
  readonly purpose: Purpose;
  readonly stack: Stack;
  /** The stack's config as this run will have it. */
  readonly configText: string;
  /** Name of the lab that the stack has now, if any. */
  readonly presentLab?: string | undefined;
  readonly programs: readonly ProgramName[];
}

/** Checks that this machine can run what the stack asks for. Throws a Failure with every problem at once, before anything changes. */
export async function preflight({
  purpose,
  stack,
  configText,
  presentLab,
  programs,
}: LabPreflight): Promise<void> {
  const { nodes, ports } = labWishes(configText, stack.sourceFile);
  const labNames = [...new Set([stack.labName, ...(presentLab === undefined ? [] : [presentLab])])];
  const facts = await readMachine({
    purpose,
    stack: stack.name,
    configFile: stack.sourceFile,
    labNames,
    nodes,
    ports,
    programs,
  });
  const problems = findProblems(facts);
  if (problems.length > 0) throw new Failure(describeProblems(problems));
}

/** Nodes and host ports that a lab's config asks for, defaults filled in; nothing where it is wrong, for the settings tell that. */
export function labWishes(configText: string, file: string): { nodes: number; ports: WantedPort[] } {
  const raw = ownConfig(configText, file)['cluster'];
  // A name is the stack's unless given, and of no concern here.
  const result = clusterSchemaOf(raw)?.safeParse({ name: 'lab', ...(raw as object) });
  if (!result?.success || result.data.kind !== 'lab') return { nodes: 0, ports: [] };
  const { nodes, ports } = result.data;
  return {
    nodes,
    ports: Object.entries(ports).map(([name, port]) => ({ key: `cluster.ports.${name}`, port })),
  };
}

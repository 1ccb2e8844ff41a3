import { z } from 'zod';
import { cpu, size } from './fields';

const megabyte = 2 ** 20;
const gigabyte = 2 ** 30;

/** Requests and limits of a pod's main container, with these defaults. */
export function resources(defaults: { cpu: [string, string]; memory: [string, string] }) {
  const one = (kind: 'request' | 'limit', index: 0 | 1) =>
    z
      .strictObject({
        cpu: cpu({
          min: 5,
          max: 64_000,
          mend: `write for example ${defaults.cpu[index]} as the ${kind}`,
        })
          .prefault(defaults.cpu[index])
          .describe(kind === 'request' ? 'CPU that one pod is sure of.' : 'CPU that one pod gets at most.'),
        memory: size({
          min: 16 * megabyte,
          max: 512 * gigabyte,
          mend: `write for example ${defaults.memory[index]} as the ${kind}`,
        })
          .prefault(defaults.memory[index])
          .describe(
            kind === 'request' ? 'Memory that one pod is sure of.' : 'Memory beyond which a pod is killed.',
          ),
      })
      .prefault({})
      .describe(kind === 'request' ? 'What one pod is sure of.' : 'What one pod may take.');
  return z
    .strictObject({ requests: one('request', 0), limits: one('limit', 1) })
    .prefault({})
    .describe('What one pod is sure of, and what it may take.');
}

/** CPU in thousandths and memory in bytes, asked for and at most. */
export type ResourceSettings = z.output<ReturnType<typeof resources>>;

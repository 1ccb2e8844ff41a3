import { join } from 'node:path';
import type { Progress } from '../lab/progress';
import { ensureFamilies } from '../lab/toolchain/toolchain';
import { entryDirectory, type Workshop } from '../lab/toolchain/workshop';

/** What is compiled for a bench alone: no lab, no stack and no test asks for it. */
const workshop: Workshop = {
  families: {
    cloudprober: {
      directory: 'cloudprober',
      programs: {
        cloudprober: {
          package: 'github.com/cloudprober/cloudprober/cmd/cloudprober',
          version: '0.14.4',
          estimateSeconds: 190,
        },
      },
    },
  },
  modules: __dirname,
  minimumFreeBytes: 6 * 1024 ** 3,
};

/**
 * The path of a stock cloudprober, compiled from its pinned module when it is not in the cache yet (about three minutes on two
 * cores). Throws a ToolchainError without Go, disk or a way to its modules.
 */
export async function ensureCloudprober(progress: Progress): Promise<string> {
  await ensureFamilies(workshop, ['cloudprober'], progress);
  return join(entryDirectory(workshop, 'cloudprober'), 'cloudprober');
}

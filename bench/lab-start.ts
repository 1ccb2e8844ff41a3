import { createLab, deleteLab, reviveLab } from '../lab/cluster/lab';
import type { LabSpec } from '../lab/cluster/spec';
import { ensureImages } from '../lab/images/images';
import { createProgress } from '../lab/progress';
import { ensureDebian } from '../lab/toolchain/debian';
import { labProcesses, memoryOf } from '../test/e2e/support/lab-processes';
import { type Bench, repeatsOr, spread } from './bench';

const repeats = repeatsOr(5);
const spec: LabSpec = { name: 'bench-lab', nodes: 2, apiPort: 28443, ports: {} };

/** A lab of its own, with nothing in it. */
export const labStart: Bench = {
  name: 'lab-start',
  shows: 'a control plane and 2 empty nodes: first start, start after kill -9 of everything, removal, memory',
  needsStack: false,
  async run(say) {
    const progress = createProgress();
    await ensureDebian(progress);
    await ensureImages(progress);
    progress.end();
    const times = { start: [] as number[], revival: [] as number[], removal: [] as number[] };
    const memory: number[] = [];
    await deleteLab(spec.name);
    try {
      for (let repeat = 1; repeat <= repeats; repeat++) {
        times.start.push(await timed(() => createLab(spec)));
        memory.push(memoryOf(spec.name) / 2 ** 20);
        for (const { pid } of labProcesses(spec.name)) kill(pid);
        times.revival.push(await timed(() => reviveLab(spec.name)));
        times.removal.push(await timed(() => deleteLab(spec.name)));
        say(`  ${repeat} of ${repeats}: start ${((times.start.at(-1) ?? 0) / 1000).toFixed(1)} s`);
      }
    } finally {
      await deleteLab(spec.name);
    }
    return [
      ...spread('from nothing to ready', times.start),
      ...spread('from all killed to ready', times.revival),
      ...spread('removal', times.removal),
      { what: 'memory right after the start, max', value: Math.max(...memory), unit: 'MiB' },
    ];
  },
};

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startMs = Date.now();
  await work();
  return Date.now() - startMs;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it died with its parent
  }
}

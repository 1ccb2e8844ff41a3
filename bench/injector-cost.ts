import { countSeries, sum } from '../test/e2e/support/counts';
import { labProcesses } from '../test/e2e/support/lab-processes';
import { StackUnderTest } from '../test/e2e/support/stack-under-test';
import { until } from '../test/e2e/support/wait';
import { type Bench, minutesOr, slope } from './bench';
import { cpuMs, residentMiB } from './process-cost';

const minutes = minutesOr(10);
const everyMs = 5_000;

/** What probing costs where the injectors run. */
export const injectorCost: Bench = {
  name: 'injector',
  shows: `injector CPU per 1 000 probes and memory over ${minutes} min (BENCH_MINUTES)`,
  needsStack: true,
  async run(say) {
    const stack = new StackUnderTest();
    const pids = labProcesses(stack.lab)
      .filter(({ executable }) => executable === 'k6')
      .map(({ pid }) => pid);
    if (pids.length === 0) throw new Error('no k6 runs in the lab');
    const startMs = Date.now();
    const cpuBefore = pids.map(cpuMs);
    const memory: [hours: number, mebibytes: number][] = [];
    while (Date.now() - startMs < minutes * 60_000) {
      const mebibytes = pids.reduce((total, pid) => total + residentMiB(pid), 0) / pids.length;
      memory.push([(Date.now() - startMs) / 3_600_000, mebibytes]);
      if (memory.length % 24 === 0) say(`  ${mebibytes.toFixed(1)} MiB per injector`);
      await until(startMs + memory.length * everyMs);
    }
    const endMs = Date.now();
    const cpu = pids.reduce((total, pid, i) => total + cpuMs(pid) - (cpuBefore[i] ?? 0), 0);
    await until(endMs + 5_000);
    const probes = sum(await countSeries(stack.prometheus(), startMs, endMs, '{path!=""}'));
    return [
      { what: 'probes', value: probes, unit: '' },
      { what: 'CPU per 1 000 probes', value: (cpu / probes) * 1000, unit: 'ms' },
      { what: 'memory of one injector at the end', value: memory.at(-1)?.[1] ?? Number.NaN, unit: 'MiB' },
      { what: 'slope of it', value: slope(memory), unit: 'MiB/h' },
    ];
  },
};

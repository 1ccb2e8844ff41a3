import { flags, often, ReaperUnderTest } from '../test/e2e/chaos/reaper';
import { lossesBetween, lostIn } from '../test/e2e/support/lost-probes';
import { StackUnderTest } from '../test/e2e/support/stack-under-test';
import { eventually, until } from '../test/e2e/support/wait';
import { type Bench, type Figure, repeatsOr, spread } from './bench';

const repeats = repeatsOr(5);
/** A probe's timeout twice, and an export. */
const countedMs = 8_000;
const longestMs = 15 * 60_000;

/** What the reaper is told to do in one part of the bench, and the kinds of removal that come of it. */
interface Part {
  readonly chaos: Parameters<typeof flags>[0];
  readonly modes: readonly string[];
  /** Whether nodes must ask for it, as pods do by themselves. */
  readonly nodes?: true;
}

const parts: readonly Part[] = [
  { chaos: {}, modes: ['evict'] },
  { chaos: { killShare: 100 }, modes: ['kill'] },
  { chaos: { 'churn.share': 100, 'churn.modes': '["restart","scale"]' }, modes: ['restart', 'scale'] },
  { chaos: { 'nodes.share': 100 }, modes: ['drain'], nodes: true },
];

/** How long each recovery took, in ms, by the kind of removal; of lines of the reaper's log. Those that nobody saw end are left out. */
export function recoveries(lines: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>();
  for (const line of lines) {
    const [, mode, ms] = /has recovered from (\w+)(?: of \S+)? after (\d+) ms/.exec(line) ?? [];
    if (mode !== undefined) found.set(mode, [...(found.get(mode) ?? []), Number(ms)]);
  }
  return found;
}

/** How long a workload, or a node, takes to be whole again after each kind of removal, and what that costs. */
export const recovery: Bench = {
  name: 'recovery',
  shows: `${repeats} removals of each kind (BENCH_REPEATS) by the reaper: time until all is whole again, probes lost meanwhile`,
  needsStack: true,
  look: `What to look at:
  - the reaper looks every two seconds, so no time is finer than that.
  - lost probes: evictions, restarts, scalings and drains should lose none; a kill loses what was under way in the pod.`,
  async run(say) {
    const stack = new StackUnderTest();
    const reaper = new ReaperUnderTest(stack);
    const figures: Figure[] = [];
    try {
      for (const part of parts) figures.push(...(await measured(stack, reaper, part, say)));
    } finally {
      await reaper.nodesOptIn(false);
      await stack.up();
    }
    return figures;
  },
};

async function measured(
  stack: StackUnderTest,
  reaper: ReaperUnderTest,
  part: Part,
  say: (text: string) => void,
): Promise<Figure[]> {
  const { chaos, modes, nodes } = part;
  if (nodes) await reaper.nodesOptIn(true);
  await stack.up(...flags({ ...often, ...chaos }));
  await reaper.halt(false);
  const fromMs = Date.now();
  await reaper.first(/chaos: free to kill/, 0, longestMs);
  const seen = async () => recoveries((await reaper.told(/has recovered/, fromMs)).map(({ line }) => line));
  let said = '';
  const all = await eventually(
    `${repeats} recoveries from ${modes.join(', ')}`,
    { withinMs: longestMs, everyMs: 2_000 },
    async () => {
      const found = await seen();
      const counts = modes.map((mode) => `${mode} ${found.get(mode)?.length ?? 0}`).join(', ');
      if (counts !== said) say(`  ${(said = counts)} of ${repeats}`);
      if (modes.some((mode) => (found.get(mode)?.length ?? 0) < repeats)) throw new Error(counts);
      return found;
    },
  );
  await reaper.halt(true);
  await until(Date.now() + countedMs);
  const lost = lostIn(await lossesBetween(stack.prometheus(), fromMs, Date.now()));
  return [
    ...modes.flatMap((mode) => spread(`${mode}: recovery`, all.get(mode) ?? [])),
    { what: `${modes.join(', ')}: probes lost in all`, value: lost, unit: '' },
  ];
}

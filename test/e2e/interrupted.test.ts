import { existsSync } from 'node:fs';
import { readLab } from '../../lab/cluster/lab';
import { labPaths } from '../../lab/cluster/spec';
import { ownedObjects, pendingOperations, recordedObjects } from './support/inventory';
import { list } from './support/kubernetes';
import { StackUnderTest } from './support/stack-under-test';
import { descendants } from './support/verbs';
import { eventually, report, seconds, until } from './support/wait';

const stack = new StackUnderTest();
const minutes = (count: number) => count * 60_000;

/** Moments in the middle of an `up`, in the order in which a fresh one comes to them. */
const moments: readonly { readonly name: string; readonly reached: () => Promise<void> }[] = [
  {
    name: 'the lab is being made',
    reached: async () => {
      if (!existsSync(labPaths(stack.lab).spec)) throw new Error('no lab yet');
      await until(Date.now() + 2_000);
    },
  },
  { name: 'a dozen objects are there', reached: async () => atLeast((await ownedObjects(stack)).length, 12) },
  {
    name: 'the servers are waited for',
    reached: async () => atLeast((await list(stack, '-n', 'monitoring', 'statefulsets')).length, 1),
  },
];

beforeAll(async () => stack.down(), minutes(3));
afterAll(async () => stack.down(), minutes(3));

describe('kill -9 of the Pulumi engine', () => {
  test.each(moments)(
    'when $name: up fails, and the lock does not keep the next one out',
    async ({ name, reached }) => {
      const running = stack.startUp('--no-wait');
      let ended = false;
      void running.done.then(() => (ended = true));
      const engine = await eventually(name, { withinMs: minutes(4), everyMs: 150 }, async () => {
        if (ended) return 0;
        const [pid] = descendants(running.child.pid ?? 0, 'pulumi');
        if (pid === undefined) throw new Error('no engine runs');
        await reached();
        return pid;
      });
      if (engine === 0)
        throw new Error(`up ended before the moment came: ${(await running.done).output.slice(-2000)}`);
      process.kill(engine, 'SIGKILL');
      const { code, tookMs } = await running.done;
      report(`killed when ${name}, after`, seconds(tookMs));
      expect(code).not.toBe(0);
    },
    minutes(12),
  );

  test(
    'the next up converges: every object once, none unrecorded, nothing pending, paths good',
    async () => {
      const { stdout, tookMs } = await stack.up();
      report('the up after three kills', seconds(tookMs));
      expect(stdout).toMatch(/Every path is good/);
      expect((await readLab(stack.lab))?.alive).toBe(true);
      const recorded = recordedObjects(stack.stateFile());
      report('objects', recorded.length);
      expect(recorded.length).toBeGreaterThan(40);
      expect(new Set(recorded).size).toBe(recorded.length);
      const owned = await ownedObjects(stack);
      expect(owned.filter((object) => !recorded.includes(object))).toEqual([]);
      expect(owned.length).toBeGreaterThan(40);
      expect(pendingOperations(stack.stateFile())).toBe(0);
    },
    minutes(12),
  );

  test(
    'and the one after that changes nothing',
    async () => {
      expect((await stack.up()).stdout).toContain('Nothing changed.');
    },
    minutes(6),
  );
});

function atLeast(count: number, least: number): void {
  if (count < least) throw new Error(`${count} of ${least}`);
}

import { setTimeout as sleep } from 'node:timers/promises';
import { ownedObjects, pendingOperations, recordedObjects } from '../test/e2e/support/inventory';
import { StackUnderTest } from '../test/e2e/support/stack-under-test';
import { descendants } from '../test/e2e/support/verbs';
import { type Bench, repeatsOr, spread } from './bench';

const points = repeatsOr(10);

/** `kill -9` of the engine at ten points of a fresh `up`, each followed by one whole `up`. */
export const interrupted: Bench = {
  name: 'interrupted',
  shows:
    'kill -9 of the engine at ten points of a fresh up: how long the next one takes, and that it converges',
  needsStack: false,
  async run(say) {
    const stack = new StackUnderTest();
    await stack.down();
    const wholeMs = await freshUp(stack);
    const wanted = await ownedObjects(stack);
    const mending: number[] = [];
    for (let point = 1; point <= points; point++) {
      await stack.down();
      const atMs = (wholeMs * (point - 0.5)) / points;
      const killed = await killAfter(stack, atMs);
      const { tookMs } = await stack.up('--no-wait');
      mending.push(tookMs);
      const [owned, recorded] = [await ownedObjects(stack), recordedObjects(stack.stateFile())];
      const missing = wanted.filter((object) => !owned.includes(object));
      const stray = owned.filter((object) => !recorded.includes(object));
      const pending = pendingOperations(stack.stateFile());
      say(
        `  ${point} of ${points}: killed ${(atMs / 1000).toFixed(1)} s after the engine began (${killed}), mended in ${(tookMs / 1000).toFixed(1)} s`,
      );
      if (missing.length + stray.length + pending > 0 || new Set(owned).size !== owned.length)
        throw new Error(
          `not converged: missing ${missing.join(', ') || 'none'}; unrecorded ${stray.join(', ') || 'none'}; ${pending} pending`,
        );
    }
    await stack.down();
    return [
      { what: 'objects', value: wanted.length, unit: '' },
      { what: 'fresh up', value: wholeMs / 1000, unit: 's' },
      ...spread('the up after a kill', mending),
    ];
  },
};

/** How long the engine of a fresh `up` works, in ms. */
async function freshUp(stack: StackUnderTest): Promise<number> {
  const running = stack.startUp('--no-wait');
  await engineOf(running.child.pid ?? 0);
  const startMs = Date.now();
  const { code, output } = await running.done;
  if (code !== 0) throw new Error(`the first up failed:\n${output.slice(-3000)}`);
  return Date.now() - startMs;
}

async function killAfter(stack: StackUnderTest, afterMs: number): Promise<string> {
  const running = stack.startUp('--no-wait');
  const engine = await engineOf(running.child.pid ?? 0);
  const ended = await Promise.race([running.done.then(() => true), sleep(afterMs).then(() => false)]);
  if (!ended) process.kill(engine, 'SIGKILL');
  const { code } = await running.done;
  return ended ? 'it had ended before' : `exit code ${code}`;
}

/** Id of the engine below a running verb that works on the update: short ones that answer questions come before it. */
async function engineOf(verb: number): Promise<number> {
  let last = 0;
  let seenMs = 0;
  const startMs = Date.now();
  while (Date.now() - startMs < 1_500_000) {
    await sleep(50);
    const [pid = 0] = descendants(verb, 'pulumi');
    if (pid !== last) [last, seenMs] = [pid, Date.now()];
    // the questions take under a second
    else if (pid !== 0 && Date.now() - seenMs > 1_500) return pid;
  }
  throw new Error('no engine came');
}

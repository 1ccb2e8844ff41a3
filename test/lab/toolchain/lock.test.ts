import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withLock } from '../../../lab/toolchain/lock';
import { rejection } from './fake-workshop';

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lock-test-'));
  file = join(directory, '.lock');
});
afterEach(() => rmSync(directory, { recursive: true }));

const never = (): void => {
  throw new Error('nothing to wait for');
};

test('one at a time; the waiting one is told who holds it', async () => {
  const order: string[] = [];
  let free = (): void => undefined;
  const held = new Promise<void>((resolve) => (free = resolve));
  const first = withLock(file, never, async () => {
    order.push('first in');
    await held;
    order.push('first out');
  });
  while (order.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  const second = withLock(
    file,
    (holder) => {
      order.push(`waits for ${holder}`);
      free();
    },
    async () => void order.push('second in'),
  );
  await Promise.all([first, second]);
  expect(order).toEqual(['first in', `waits for ${process.pid}`, 'first out', 'second in']);
});

test('is free again after an error and gives the result through', async () => {
  await rejection(withLock(file, never, () => Promise.reject(new Error('no'))));
  expect(await withLock(file, never, async () => 42)).toBe(42);
});

test('a holder that was killed holds nothing', async () => {
  const script = `require(process.env.MODULE).withLock(process.env.FILE, () => {}, () => { console.log('in'); return new Promise(() => setInterval(() => {}, 1e6)); })`;
  const holder = spawn(process.execPath, ['--import', 'tsx', '-e', script], {
    cwd: join(__dirname, '..', '..', '..'),
    env: {
      ...process.env,
      FILE: file,
      MODULE: join(__dirname, '..', '..', '..', 'lab', 'toolchain', 'lock.ts'),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => holder.stdout.once('data', resolve));
  let waited = '';
  const taking = withLock(
    file,
    (pid) => {
      waited = pid;
      holder.kill('SIGKILL');
    },
    async () => 'taken',
  );
  expect(await taking).toBe('taken');
  expect(waited).toBe(String(holder.pid));
});

test('an abort ends the wait', async () => {
  const controller = new AbortController();
  let free = (): void => undefined;
  const first = withLock(file, never, () => new Promise<void>((resolve) => (free = resolve)));
  await new Promise((resolve) => setTimeout(resolve, 200));
  const waiting = withLock(
    file,
    () => controller.abort(new Error('enough')),
    async () => 'in',
    controller.signal,
  );
  expect((await rejection(waiting)).message).toBe('enough');
  free();
  await first;
});

test('a directory that cannot be written is said', async () => {
  const { message } = await rejection(withLock(join(directory, 'missing', '.lock'), never, async () => 1));
  expect(message).toMatch(/cannot be taken: .*No such file/);
});

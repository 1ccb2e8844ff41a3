import { mkdirSync, mkdtempSync, rmSync, writeFileSync, existsSync, readFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stateFile, type Engine } from '../../../commands/engine/engine';
import { locksDirectory } from '../../../commands/engine/engine-lock';
import { stackOutputs } from '../../../commands/engine/stack-outputs';
import { unlock, unlockUnlessHeld } from '../../../commands/engine/stack-state';
import type { Stack } from '../../../commands/stack/stack';

let backend: string;
let engine: Engine;
const stack: Stack = {
  name: 'lab',
  isLab: true,
  kind: 'lab',
  makesCluster: false,
  labName: 'lab',
  configFile: '/c',
  sourceFile: '/c',
  directory: tmpdir(),
};

const write = (file: string, text: string) => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text, { mode: 0o755 });
  return file;
};
const lock = (pid: number) =>
  write(
    join(locksDirectory(backend, 'lab'), `${pid}.json`),
    JSON.stringify({ pid, username: 'me', hostname: hostname(), timestamp: new Date().toISOString() }),
  );
const state = () => stateFile(backend, 'lab');

beforeEach(() => {
  backend = mkdtempSync(join(tmpdir(), 'backend-'));
  // a CLI that can read the outputs only when the state is whole, as Pulumi's
  const cli = write(
    join(backend, 'pulumi'),
    `#!/bin/sh\n[ -s ${state()} ] && echo '{"urls": {"prometheus": "http://p"}}' || { echo 'error: failed to load checkpoint: EOF' >&2; exit 255; }\n`,
  );
  engine = { command: cli, env: process.env, backend };
  write(`${state()}.bak`, '{"before":1}');
  write(state(), '');
});
afterEach(() => rmSync(backend, { recursive: true }));

describe('a verb that only reads', () => {
  test('mends what a killed engine left, and says so', () => {
    const gone = lock(2 ** 22 + 1); // over the largest process id of Linux
    const said: string[] = [];
    unlockUnlessHeld(engine, stack, { note: (text) => said.push(text) });
    expect(said).toHaveLength(2);
    expect(existsSync(gone)).toBe(false);
    expect(readFileSync(state(), 'utf8')).toBe('{"before":1}');
  });

  test('touches nothing while an engine is at work: its files are not torn but being written', () => {
    const held = lock(process.pid);
    const said: string[] = [];
    unlockUnlessHeld(engine, stack, { note: (text) => said.push(text) });
    expect(said).toEqual([]);
    expect(existsSync(held)).toBe(true);
    expect(readFileSync(state(), 'utf8')).toBe('');
    expect(() => unlock(engine, stack, { note: () => undefined })).toThrow(/is at work/);
  });

  test('leaves a backend of the user’s own alone', () => {
    unlockUnlessHeld({ ...engine, backend: undefined }, stack, { note: () => undefined });
    expect(readFileSync(state(), 'utf8')).toBe('');
  });
});

test('outputs are read after mending, so status and kubeconfig need no other verb before them', async () => {
  const stderr = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  await expect(stackOutputs(engine, stack)).resolves.toMatchObject({ urls: { prometheus: 'http://p' } });
  expect(stderr.mock.calls.join()).toContain('lab.json.bak');
  stderr.mockRestore();
});

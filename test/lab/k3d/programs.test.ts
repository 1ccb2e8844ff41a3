import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dockerProblem } from '../../../lab/k3d/machine';
import { demand, programEnvironment, run } from '../../../lab/k3d/programs';

let directory: string;
const path = process.env['PATH'];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'programs-'));
  process.env['PATH'] = directory;
});
afterEach(() => {
  process.env['PATH'] = path;
  rmSync(directory, { recursive: true });
});

/** Puts a shell script on PATH, and nothing else. */
function script(name: string, text: string): void {
  writeFileSync(join(directory, name), `#!/bin/sh\n${text}\n`);
  chmodSync(join(directory, name), 0o755);
}

test('a program is given its input and arguments, and says what it says', async () => {
  script('k3d', 'read line; echo "$1 $line"; echo "to you" >&2; exit 3');
  expect(await run('k3d', ['a'], { input: 'b\n' })).toEqual({ code: 3, stdout: 'a b\n', stderr: 'to you\n' });
});

test('one that is not there is told from one that fails', async () => {
  expect(await run('docker', ['info'])).toEqual({ code: 127, stdout: '', stderr: 'docker is not on PATH' });
});

test('one that hangs is ended, also when a child of its own keeps its output open', async () => {
  script('docker', '/bin/sleep 600 & echo $! >> "$0.pids"; wait');
  const said = await run('docker', ['info'], { timeoutMs: 300 });
  expect(said).toMatchObject({ code: 124, stderr: 'no answer within 0.3 s' });
  expect(await dockerProblem(300)).toMatch(
    /^no Docker engine answers \(`docker info`: no answer within 0\.3 s\)/,
  );
  for (const pid of readFileSync(join(directory, 'docker.pids'), 'utf8').split('\n').filter(Boolean))
    process.kill(Number(pid), 'SIGKILL');
});

test('what fails is told in the program’s own words, without colours', async () => {
  script('k3d', `printf '\\033[31mFATA\\033[0m no\\n' >&2; exit 1`);
  await expect(demand('k3d', ['cluster', 'list'])).rejects.toThrow('`k3d cluster list` failed: FATA no');
});

test('k3d is not told another config by the environment', () => {
  expect(
    programEnvironment({
      PATH: '/bin',
      K3D_SERVERS: '3',
      K3D_OPTIONS_K3D_WAIT: 'false',
      K3D_IMAGE_TOOLS: 'mine',
      DOCKER_HOST: 'x',
    }),
  ).toEqual({ PATH: '/bin', K3D_IMAGE_TOOLS: 'mine', DOCKER_HOST: 'x' });
});

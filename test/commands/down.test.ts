import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { down, stackToRemove } from '../../commands/down';
import { stateFile } from '../../commands/engine/engine';
import { labBackend } from '../../commands/engine/stack-state';
import { describeKept } from '../../commands/stack/kept';
import { findStack, stackDirectory } from '../../commands/stack/stack';
import { Interruption } from '../../commands/terminal/interruption';
import { cacheDirectory, stateDirectory } from '../../lab/directories';
import { silentProgress } from '../../lab/progress';

const before = { ...process.env };
let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'down-'));
  process.env['XDG_STATE_HOME'] = join(home, 'state');
  process.env['XDG_CACHE_HOME'] = join(home, 'cache');
});
afterEach(() => {
  rmSync(home, { recursive: true });
  process.env = { ...before };
});

const write = (file: string, text = '') => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
};
const labConfig = 'config:\n  continuous-load:cluster:\n    kind: lab\n';

async function run(...argv: string[]): Promise<string> {
  const printed: string[] = [];
  await down(argv, {
    progress: silentProgress,
    interruption: new Interruption(),
    stage: () => undefined,
    print: (text) => printed.push(text),
  });
  return printed.join('\n');
}

describe('down of a stack of which nothing is left', () => {
  test.each([
    ['with its config', ['lab']],
    ['without any config', ['mine']],
    ['with a config file that is gone', ['mine', '--config-file', '/no/such/file.yaml']],
  ])('%s says so, and makes nothing', async (_name, argv) => {
    expect(await run(...argv)).toBe(`There is nothing to remove of stack ${argv[0]}.\nNothing is kept.`);
    expect(describeKept()).toBe('Nothing is kept.');
  });
});

test('what is left without a config is named, with the way out', async () => {
  write(stateFile(labBackend(), 'mine'), '{}');
  write(join(stateDirectory(), 'labs', 'mine', 'lab.json'), '{}');
  const refused = stackToRemove('mine', undefined);
  await expect(refused).rejects.toThrow(/its state in .*backend\n.*directory .*labs\/mine\n/);
  await expect(refused).rejects.toThrow(/npm run down mine -- --config-file FILE/);
});

test('a lab stack is known by its copy when the file it was brought up with is gone', async () => {
  write(join(stackDirectory('mine'), 'Pulumi.mine.yaml'), labConfig);
  expect(await stackToRemove('mine', undefined)).toMatchObject({ isLab: true, labName: 'mine' });
  expect(await stackToRemove('mine', '/no/such/file.yaml')).toMatchObject({ isLab: true, labName: 'mine' });
  // to bring it up the file that was named must be there
  expect(() => findStack('mine', { configFile: '/no/such/file.yaml' })).toThrow(/does not exist/);
});

test('everything that is kept is told with its place, and Pulumi’s own as such', () => {
  const pulumi = join(stateDirectory(), 'pulumi');
  for (const name of ['logs', 'passphrase', 'versions/x', 'plugins/x', 'backend/x', 'news/x', '.hidden'])
    write(join(pulumi, name));
  mkdirSync(cacheDirectory(), { recursive: true });
  const lines = describeKept().split('\n');
  expect(lines.map((line) => line.trim().split('  ')[0])).toEqual([
    'Kept, and safe to delete while no lab exists:',
    cacheDirectory(),
    pulumi,
    'passphrase',
    'backend',
    'versions',
    'plugins',
    'logs',
    'news',
  ]);
  expect(lines.at(-1)).toBe('    news        written by Pulumi itself');
});

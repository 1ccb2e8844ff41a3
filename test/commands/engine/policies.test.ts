import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { levelsFile, policyFlags } from '../../../commands/engine/policies';
import type { Stack } from '../../../commands/stack/stack';

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'policies-'))));
afterEach(() => rmSync(directory, { recursive: true }));

const stack = (name: string, isLab: boolean): Stack => ({
  name,
  isLab,
  kind: 'lab',
  makesCluster: false,
  labName: name,
  configFile: '',
  sourceFile: '',
  directory,
});
const levels = (name: string, isLab: boolean) => basename(levelsFile(stack(name, isLab)));

test('a stack has its own levels, else those of its kind, and prod’s are the strictest', () => {
  expect([levels('dev', false), levels('prod', false), levels('lab', true)]).toEqual([
    'dev.json',
    'prod.json',
    'lab.json',
  ]);
  expect([levels('mine', true), levels('staging', false)]).toEqual(['lab.json', 'prod.json']);
});

test('the pack and its levels are flags, unless the user names a pack', () => {
  const flags = policyFlags(stack('prod', false), {}, ['--diff']);
  expect(flags.map((flag) => basename(flag))).toEqual([
    '--policy-pack',
    'policies',
    '--policy-pack-config',
    'prod.json',
  ]);
  expect(policyFlags(stack('prod', false), {}, ['--policy-pack=mine'])).toEqual([]);
});

test('burn windows that a test divides are not judged, in a lab', () => {
  const [, , , file = ''] = policyFlags(stack('lab', true), { timeScale: 10 }, []);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
    'burn-windows': 'disabled',
    'network-policies': 'disabled',
  });
  expect(policyFlags(stack('prod', false), { timeScale: 10 }, [])).toEqual(
    policyFlags(stack('prod', false), {}, []),
  );
});

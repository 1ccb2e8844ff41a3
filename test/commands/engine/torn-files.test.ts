import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mendTornFiles } from '../../../commands/engine/torn-files';

let directory: string;
let state: string;
const write = (name: string, content: string) => writeFileSync(join(directory, name), content);

beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), 'torn-')), 'stacks');
  mkdirSync(directory);
  state = join(directory, 'lab.json');
  write('lab.json', '{"now":1}');
  write('lab.json.attrs', '{}');
  write('lab.json.bak', '{"before":1}');
  write('lab.json.bak.attrs', '{}');
});
afterEach(() => rmSync(join(directory, '..'), { recursive: true }));

test('leaves whole files alone', () => {
  const before = readdirSync(directory);
  expect(mendTornFiles(state)).toEqual([]);
  expect(readdirSync(directory)).toEqual(before);
});

test('removes a temporary file and empty attributes, and keeps the state', () => {
  write('lab.json.18ea0d30.tmp', '{"no');
  write('lab.json.attrs', '');
  write('other.json.1.tmp', 'not ours');
  expect(mendTornFiles(state)).toHaveLength(2);
  expect(readdirSync(directory).sort()).toEqual([
    'lab.json',
    'lab.json.bak',
    'lab.json.bak.attrs',
    'other.json.1.tmp',
  ]);
  expect(readFileSync(state, 'utf8')).toBe('{"now":1}');
});

test('a state that is cut short comes back from its backup', () => {
  write('lab.json', '{"no');
  expect(mendTornFiles(state).join()).toMatch(/lab\.json\.bak/);
  expect(readFileSync(state, 'utf8')).toBe('{"before":1}');
});

test('a state that was removed stays so, though Pulumi keeps its backup', () => {
  rmSync(state);
  expect(mendTornFiles(state)).toEqual([]);
  expect(existsSync(state)).toBe(false);
});

test('says so when there is no way back', () => {
  write('lab.json', '');
  write('lab.json.bak', '');
  expect(mendTornFiles(state).join()).toMatch(/npm run down/);
});

test('a stack that was never there is no matter', () => {
  expect(mendTornFiles(join(directory, 'none', 'x.json'))).toEqual([]);
  expect(mendTornFiles(join(directory, 'x.json'))).toEqual([]);
});

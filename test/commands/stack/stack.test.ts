import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  effectiveConfig,
  findStack,
  presentLab,
  removeConfigCopy,
  stackDirectory,
  writeConfigCopy,
} from '../../../commands/stack/stack';
import { labWishes } from '../../../commands/preflight';

let home: string;
const before = process.env['XDG_STATE_HOME'];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'stacks-'));
  process.env['XDG_STATE_HOME'] = home;
});
afterEach(() => {
  rmSync(home, { recursive: true });
  if (before === undefined) delete process.env['XDG_STATE_HOME'];
  else process.env['XDG_STATE_HOME'] = before;
});

const file = (text: string): string => {
  const path = join(home, 'config.yaml');
  writeFileSync(path, text);
  return path;
};
const labConfig = (more = '') => `config:\n  continuous-load:cluster:\n    kind: lab\n${more}`;

test('the lab of the checkout keeps its config in the state directory', () => {
  const stack = findStack('lab');
  expect(stack).toMatchObject({
    isLab: true,
    labName: 'lab',
    configFile: join(stackDirectory('lab'), 'Pulumi.lab.yaml'),
  });
});

test('other stacks keep theirs in the checkout', () => {
  expect(findStack('dev')).toMatchObject({ isLab: false });
  expect(findStack('dev').configFile).toBe(findStack('dev').sourceFile);
});

test.each([
  ['nope', /no stack 'nope'.*Stacks here: dev, lab, prod/],
  ['../x', /cannot be the name of a stack/],
])('refuses stack %s', (name, expected) => {
  expect(() => findStack(name)).toThrow(expected);
});

test('a copy is private, holds what --set says, and goes without a trace', () => {
  const stack = findStack('mine', { configFile: file(labConfig('    name: other\n')) });
  expect(presentLab(stack)).toBeUndefined();
  writeConfigCopy(stack, effectiveConfig(stack, ['cluster.nodes=3']));
  expect(statSync(stack.configFile).mode & 0o777).toBe(0o600);
  expect(statSync(stack.directory).mode & 0o777).toBe(0o700);
  expect(readFileSync(stack.configFile, 'utf8')).toContain('nodes: 3');
  expect(presentLab(stack)).toBe('other');
  // As it is it comes from the copy, also when the file that it came from is gone.
  rmSync(stack.sourceFile);
  expect(findStack('mine', { present: true }).labName).toBe('other');
  removeConfigCopy(stack);
  expect(existsSync(stack.directory)).toBe(false);
});

test('a stack on a lab is never replaced by another kind of cluster', () => {
  const stack = findStack('mine', { configFile: file(labConfig()) });
  writeConfigCopy(stack, effectiveConfig(stack));
  expect(() =>
    findStack('mine', { configFile: file('config:\n  continuous-load:cluster:\n    kind: existing\n') }),
  ).toThrow(/npm run down mine/);
});

test('--set is for labs only', () => {
  expect(() => findStack('dev', { set: ['a=1'] })).toThrow(/--config-file/);
});

test('ports come from the config or its defaults, each with the key that changes it', () => {
  const { nodes, ports } = labWishes(labConfig('    ports: {api: 4000}\n'), 'f');
  expect(nodes).toBe(2);
  expect(ports).toContainEqual({ key: 'cluster.ports.api', port: 4000 });
  expect(ports).toContainEqual({ key: 'cluster.ports.prometheus', port: 19090 });
  expect(labWishes('config: {}\n', 'f')).toEqual({ nodes: 0, ports: [] });
});

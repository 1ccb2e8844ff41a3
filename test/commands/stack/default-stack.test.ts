import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  chooseDefault,
  defaultStack,
  forgetDefault,
  stackWord,
  storeDefault,
} from '../../../commands/stack/default-stack';
import { stackDirectory } from '../../../commands/stack/stack';
import { meantStack } from '../../../commands/terminal/arguments';

interface MockMachine {
  docker: string | undefined;
  k3d: string | undefined;
  image: string | undefined;
}
let mockMachine: MockMachine;
const mockAsked: string[] = [];
jest.mock('../../../lab/k3d/machine', () => ({
  dockerProblem: async () => (mockAsked.push('docker'), mockMachine.docker),
  k3dProblem: async () => (mockAsked.push('k3d'), mockMachine.k3d),
  imageProblem: async (image: string) => (mockAsked.push(image), mockMachine.image),
}));

let home: string;
const before = process.env['XDG_STATE_HOME'];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'default-'));
  process.env['XDG_STATE_HOME'] = home;
  mockMachine = { docker: undefined, k3d: undefined, image: undefined };
  mockAsked.length = 0;
});
afterEach(() => {
  rmSync(home, { recursive: true });
  if (before === undefined) delete process.env['XDG_STATE_HOME'];
  else process.env['XDG_STATE_HOME'] = before;
});

const terminal = () => {
  const notes: string[] = [];
  return {
    notes,
    progress: { note: (text: string) => void notes.push(text) } as any,
    interruption: { guard: (work: Promise<unknown>) => work } as any,
  };
};
const nobody = { stack: 'lab', named: false };

test('where Docker can run it, stack dev is taken, and why is said', async () => {
  const { stack, told } = await chooseDefault();
  expect(stack).toBe('dev');
  expect(told).toMatch(/^no stack was named: dev, since a Docker engine answers.*`npm run up lab`/);
  expect(mockAsked).toEqual(['docker', 'k3d', 'docker.io/rancher/k3s:v1.34.9-k3s1']);
});

test.each([
  [
    'docker',
    'docker is not on PATH: install it',
    /^no stack was named: lab, since docker is not on PATH \(another one: `npm run up dev`/,
  ],
  ['k3d', 'k3d 5.0.0 is too old: install', /lab, since k3d 5\.0\.0 is too old \(/],
  ['image', 'IMAGE is not here and cannot be pulled (no)', /lab, since IMAGE is not here/],
] as const)('without %s the lab is taken', async (lack, words, told) => {
  mockMachine[lack] = words;
  expect(await chooseDefault()).toEqual({ stack: 'lab', told: expect.stringMatching(told) });
});

test('the choice is made once, and holds for every verb until its stack is removed', async () => {
  const first = terminal();
  expect(await meantStack(nobody, undefined, first, storeDefault)).toBe('dev');
  expect(first.notes).toHaveLength(1);
  mockMachine.docker = 'gone';
  mockAsked.length = 0;
  const second = terminal();
  expect(await meantStack(nobody, undefined, second, storeDefault)).toBe('dev');
  expect([second.notes, mockAsked, defaultStack(), stackWord('dev'), stackWord('lab')]).toEqual([
    [],
    [],
    'dev',
    '',
    ' lab',
  ]);
  forgetDefault('lab');
  expect(defaultStack()).toBe('dev');
  forgetDefault('dev');
  expect(defaultStack()).toBe('lab');
});

test('a lab that is there stays the one that is meant', async () => {
  mkdirSync(stackDirectory('lab'), { recursive: true });
  writeFileSync(join(stackDirectory('lab'), 'Pulumi.lab.yaml'), 'config: {}\n');
  expect(await chooseDefault()).toEqual({ stack: 'lab' });
  expect(mockAsked).toEqual([]);
});

test('a preview stores nothing; a named stack and a named config ask nobody', async () => {
  expect(await meantStack(nobody, undefined, terminal())).toBe('dev');
  expect(existsSync(join(home, 'continuous-load'))).toBe(false);
  mockAsked.length = 0;
  expect(await meantStack({ stack: 'prod', named: true }, undefined, terminal(), storeDefault)).toBe('prod');
  expect(await meantStack(nobody, 'mine.yaml', terminal(), storeDefault)).toBe('lab');
  expect(mockAsked).toEqual([]);
});

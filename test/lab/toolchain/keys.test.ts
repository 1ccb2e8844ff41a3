import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { familyKey } from '../../../lab/toolchain/keys';
import type { ProgramFamily } from '../../../lab/toolchain/programs';
import { FakeWorkshop } from './fake-workshop';

let fake: FakeWorkshop;
beforeEach(() => (fake = new FakeWorkshop()));
afterEach(() => fake.remove());

const family = (): ProgramFamily => fake.workshop.families['two'] as ProgramFamily;
const key = (of: ProgramFamily = family()): string => familyKey(of, fake.workshop.modules);

test('is 12 hex digits and the same for the same files', () => {
  expect(key()).toMatch(/^[0-9a-f]{12}$/);
  expect(key()).toBe(key());
});

test.each([
  ['go.mod', 'go.mod', 'module local/two\n\ngo 1.27\n'],
  ['go.sum', 'go.sum', 'example.com/x v1.0.1 h1:abd=\n'],
  ['a source', 'main.go', 'package main // changed\n'],
  ['a new source', 'more.go', 'package main\n'],
  ['a source in a directory', 'sub/main.go', 'package main\n'],
])('changes with %s', (_what, file, content) => {
  const before = key();
  mkdirSync(join(fake.workshop.modules, 'two', 'sub'), { recursive: true });
  fake.module('two', file, content);
  expect(key()).not.toBe(before);
});

test('a missing go.sum is an empty one, tests are no sources', () => {
  fake.module('two', 'go.sum', '');
  const before = key();
  rmSync(join(fake.workshop.modules, 'two', 'go.sum'));
  fake.module('two', 'main_test.go', 'package main\n');
  expect(key()).toBe(before);
});

const beta = { package: 'example.com/beta', tags: ['a', 'b'], ldflags: ['-X v=1'], estimateSeconds: 20 };
const gamma = { package: 'example.com/gamma', estimateSeconds: 2 };

test.each([
  ['a tag', { beta: { ...beta, tags: ['a'] }, gamma }],
  ['a linker flag', { beta: { ...beta, ldflags: ['-X v=2'] }, gamma }],
  ['a package', { beta: { ...beta, package: 'example.com/other' }, gamma }],
  ['a link', { beta: { ...beta, links: ['other'] }, gamma }],
  ['a program less', { beta }],
])('changes with %s', (_what, programs) => {
  expect(key({ ...family(), programs })).not.toBe(key());
});

test('does not change with an estimate or the displayed version', () => {
  const programs = { beta: { ...beta, estimateSeconds: 99, version: '9' }, gamma };
  expect(key({ ...family(), programs })).toBe(key());
});

import fc from 'fast-check';
import { effective, forms, randomClasses, uuid7 } from '../../../../lab/pulumi/random/generate';
import { RandomProvider } from '../../../../lab/pulumi/random/random-provider';
import { below, shuffled, sourceOf } from '../../../../lab/pulumi/random/source';
import { randomText, textProblems } from '../../../../lab/pulumi/random/text';
import { plain, unknownValue } from '../../../../lab/pulumi/values';

const token = (name: string) => `random:index/random${name}:Random${name}`;
const make = (name: string, inputs: any = {}) => randomClasses[token(name)]!.make(inputs);
const on = {
  lower: true,
  upper: true,
  numeric: true,
  special: true,
  minLower: 0,
  minUpper: 0,
  minNumeric: 0,
  minSpecial: 0,
};

test('a text keeps to its rules', () => {
  const arbitrary = fc.record({
    length: fc.integer({ min: 8, max: 40 }),
    minLower: fc.nat(2),
    minUpper: fc.nat(2),
    minNumeric: fc.nat(2),
    minSpecial: fc.nat(2),
    special: fc.boolean(),
  });
  fc.assert(
    fc.property(arbitrary, (rules) => {
      const text = randomText({ ...on, ...rules }, sourceOf(undefined));
      expect(text).toHaveLength(rules.length);
      expect(text.replace(/[^a-z]/g, '').length).toBeGreaterThanOrEqual(rules.minLower);
      expect(text.replace(/[^A-Z]/g, '').length).toBeGreaterThanOrEqual(rules.minUpper);
      expect(text.replace(/[^0-9]/g, '').length).toBeGreaterThanOrEqual(rules.minNumeric);
      const special = text.replace(/[a-zA-Z0-9]/g, '').length;
      if (rules.special) expect(special).toBeGreaterThanOrEqual(rules.minSpecial);
      else expect(special).toBe(0);
    }),
  );
  expect(
    randomText(
      { ...on, lower: false, upper: false, numeric: false, overrideSpecial: '_', length: 5 },
      sourceOf(undefined),
    ),
  ).toBe('_____');
});

test('impossible rules are named', () => {
  expect(textProblems({ ...on, length: 0 })[0]?.field).toBe('length');
  expect(textProblems({ ...on, length: 3, minLower: 2, minUpper: 2 })[0]?.reason).toContain('at least 4');
  expect(
    textProblems({ ...on, lower: false, upper: false, numeric: false, special: false, length: 3 }),
  ).toHaveLength(1);
});

test('the forms of the same bytes', () => {
  expect(forms(Buffer.from([0xff, 0xfe]), 'p-')).toEqual({
    b64Std: 'p-//4=',
    b64Url: 'p-__4',
    dec: 'p-65534',
    hex: 'p-fffe',
  });
});

test('numbers are within bounds and spread over all of them', () => {
  const source = sourceOf('seed');
  const seen = new Set(Array.from({ length: 200 }, () => below(7, source)));
  expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(make('Integer', { min: 5, max: 5 }).outputs).toEqual({ result: 5 });
  expect(shuffled([1, 2, 3], sourceOf('a'))).toEqual(shuffled([1, 2, 3], sourceOf('a')));
});

test('shuffle repeats its inputs only when it must', () => {
  const few = make('Shuffle', { inputs: ['a', 'b', 'c'], resultCount: 2 }).outputs['results'] as string[];
  expect(new Set(few).size).toBe(2);
  const many = make('Shuffle', { inputs: ['a', 'b'], resultCount: 5 }).outputs['results'] as string[];
  expect(many).toHaveLength(5);
  expect(make('Shuffle', { inputs: [], resultCount: 2 }).outputs['results']).toEqual([]);
});

test('pets, UUIDs and ids have their formats', () => {
  expect(make('Pet', { length: 3, prefix: 'a', separator: '_' }).id).toMatch(/^a_\w+_\w+_\w+$/);
  expect(make('Pet', { length: 1 }).id).toMatch(/^[a-z]+$/);
  expect(make('Uuid').id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(uuid7(0x0123456789ab, sourceOf(undefined))).toMatch(
    /^01234567-89ab-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  expect(
    Buffer.from(String((plain(make('Bytes', { length: 9 }).outputs) as any).base64), 'base64'),
  ).toHaveLength(9);
});

const provider = new RandomProvider();
const resource = (name: string): any => ({
  urn: 'u',
  type: token(name),
  name: 'n',
  id: 'i',
  preview: false,
  seed: new Uint8Array(),
});

test('only a real change of inputs replaces', async () => {
  const diff = async (before: any, after: any) =>
    (await provider.diff(resource('Password'), { inputs: before, outputs: {} }, after)).changes;
  expect(await diff({ length: 8 }, { length: 8, special: true, keepers: {} })).toEqual([]);
  expect(await diff({ length: 8 }, { length: 9 })).toEqual([
    { path: 'length', kind: 'update', replace: true },
  ]);
  expect(await diff({ length: 8, keepers: { a: '1' } }, { length: 8 })).toEqual([
    { path: 'keepers', kind: 'delete', replace: true },
  ]);
});

test('a preview makes nothing known that differs in the real run', async () => {
  const { outputs } = await provider.create({ ...resource('Password'), preview: true }, { length: 8 });
  expect(outputs).toMatchObject({ result: unknownValue, length: 8, special: true });
});

test('imports, wrong inputs and unknown classes', async () => {
  const read = await provider.read({ ...resource('Id'), id: 'p-,__4' }, { inputs: {}, outputs: {} });
  expect(read).toMatchObject({ inputs: { byteLength: 2, prefix: 'p-' }, outputs: { hex: 'p-fffe' } });
  const password: any = await provider.read(
    { ...resource('Password'), id: 'hunter2' },
    { inputs: {}, outputs: {} },
  );
  expect(password.id).toBe('none');
  expect(plain(password.outputs)).toMatchObject({ result: 'hunter2', length: 7 });
  await expect(provider.read(resource('Pet'), { inputs: {}, outputs: {} })).rejects.toThrow(
    'cannot be imported',
  );
  expect((await provider.check(resource('Integer'), {}, { min: 3 })).failures).toEqual([
    { property: 'max', reason: 'must be given' },
  ]);
  expect((await provider.check(resource('Integer'), {}, { min: 3, max: 2 })).failures).toHaveLength(1);
  await expect(provider.check(resource('Nothing'), {}, {})).rejects.toThrow('is not served');
  expect(effective(randomClasses[token('Pet')]!, { __defaults: [], separator: null } as any)).toEqual({
    length: 2,
    separator: '-',
  });
});

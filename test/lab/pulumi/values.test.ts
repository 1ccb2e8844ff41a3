import { findAsset, hasUnknown, isAsset, plain, secret, unknownValue } from '../../../lab/pulumi/values';

const key = '4dabf18193072939515e22adb298388d';
const asset = { [key]: 'c44067f5952c0a294b673a41bacd8c17', text: 'x' };

test('secrets and outputs are unwrapped at any depth, assets stay', () => {
  const output = { [key]: 'd0e6a833031e9bbcd3f4e8bde6ca49a4' };
  expect(plain({ a: [secret({ b: secret('c') })], gone: undefined })).toEqual({ a: [{ b: 'c' }] });
  expect(plain({ ...output, value: 1 })).toBe(1);
  expect(plain(output)).toBe(unknownValue);
  expect(isAsset(plain(asset))).toBe(true);
});

test('unknowns and assets are found wherever they are', () => {
  expect(hasUnknown({ a: [{ b: unknownValue }] })).toBe(true);
  expect(hasUnknown({ a: [{ b: null }], c: '' })).toBe(false);
  expect(findAsset({ data: { list: [1, asset] } })).toBe('data.list[1]');
  expect(findAsset({ data: {} })).toBeUndefined();
});

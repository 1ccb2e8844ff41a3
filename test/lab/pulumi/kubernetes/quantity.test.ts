import { isQuantityField, quantityNanos, sameQuantity } from '../../../../lab/pulumi/kubernetes/quantity';

test.each([
  ['1000m', '1'],
  ['0.5', '500m'],
  ['1Gi', '1024Mi'],
  ['0.5Gi', '512Mi'],
  ['1e3', '1k'],
  ['1.5', 1.5],
  ['-1', '-1000m'],
  ['100n', '0.1u'],
])('%s and %s are one quantity', (a, b) => expect(sameQuantity(a, b)).toBe(true));

test.each([
  ['1G', '1Gi'],
  ['1', '1m'],
  ['abc', 'abc'],
  ['', ''],
  ['1x', '1x'],
  [null, null],
])('%s and %s are not', (a, b) => expect(sameQuantity(a, b)).toBe(false));

test('it is exact where floating point is not', () => {
  expect(quantityNanos('9007199254740993')).toBe(9007199254740993000000000n);
  expect(sameQuantity('0.1', '100m')).toBe(true);
});

test('only fields of that type are compared so', () => {
  expect(isQuantityField(['spec', 'resources', 'limits', 'cpu'])).toBe(true);
  expect(isQuantityField(['spec', 'volumes', 'emptyDir', 'sizeLimit'])).toBe(true);
  expect(isQuantityField(['spec', 'env', 'value'])).toBe(false);
  expect(isQuantityField(['data', 'size'])).toBe(false);
});

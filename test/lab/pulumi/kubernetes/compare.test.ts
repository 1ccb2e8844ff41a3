import fc from 'fast-check';
import { compare } from '../../../../lab/pulumi/kubernetes/compare';

test('each leaf that differs is named', () => {
  const before = {
    metadata: { labels: { 'app.kubernetes.io/name': 'a' } },
    spec: { ports: [{ port: 1 }, { port: 2 }], gone: 1 },
  };
  const after = {
    metadata: { labels: { 'app.kubernetes.io/name': 'b' } },
    spec: { ports: [{ port: 1 }], come: null, more: {} },
  };
  expect(compare(before, after)).toEqual([
    { path: 'metadata.labels["app.kubernetes.io/name"]', kind: 'update' },
    { path: 'spec.ports[1]', kind: 'delete' },
    { path: 'spec.gone', kind: 'delete' },
    { path: 'spec.more', kind: 'add' },
  ]);
});

test('a value equals itself, and a change shows both ways', () => {
  fc.assert(
    fc.property(fc.jsonValue() as any, fc.jsonValue() as any, (a: any, b: any) => {
      expect(compare(a, structuredClone(a))).toEqual([]);
      expect(compare(a, b).length > 0).toBe(compare(b, a).length > 0);
    }),
  );
});

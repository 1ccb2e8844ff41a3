import { ApiError } from '../../../../lab/pulumi/kubernetes/api-error';
import { conflictsIn } from '../../../../lab/pulumi/kubernetes/apply';
import { immutableFields, markReplaced, replacesByRule } from '../../../../lab/pulumi/kubernetes/immutable';

const refused = (...causes: [string, string][]) =>
  new ApiError(422, {
    message: 'X "a" is invalid: [many]',
    details: { causes: causes.map(([field, message]) => ({ field, message })) },
  });

// Wordings as Kubernetes 1.34 answers them, each seen in the conformance run.
test.each([
  ['spec.selector', 'Invalid value: {"matchLabels":{"app":"web"}}: field is immutable'],
  [
    'spec',
    "Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template' are forbidden",
  ],
  ['spec', 'Forbidden: pod updates may not change fields other than `spec.containers[*].image`'],
  ['parameters', 'Forbidden: updates to parameters are forbidden.'],
  ['value', 'Forbidden: may not be changed in an update.'],
  ['roleRef', 'Invalid value: {}: cannot change roleRef'],
  ['spec.clusterIPs[0]', 'Invalid value: ["10.0.0.1"]: may not change once set'],
  ['spec.shape', 'Invalid value: shape is immutable'],
])('%s: %s', (field, message) => expect(immutableFields(refused([field, message]))).toEqual([field]));

test('a wrong value is no reason to replace, also beside one that is', () => {
  expect(
    immutableFields(refused(['spec.ports[0].port', 'Invalid value: 70000: must be between 1 and 65535'])),
  ).toEqual([]);
  expect(
    immutableFields(refused(['spec.selector', 'field is immutable'], ['spec.replicas', 'must be positive'])),
  ).toEqual([]);
  expect(immutableFields(new Error('field is immutable'))).toEqual([]);
});

test('only changes at or around the refused fields replace; all when none matches', () => {
  const changes = [
    { path: 'spec.template.metadata.labels["a.b/c"]', kind: 'add' as const },
    { path: 'metadata.labels.x', kind: 'add' as const },
  ];
  const marks = (fields: string[]) => markReplaced(changes, fields).map(({ replace }) => replace ?? false);
  expect(marks(['spec.template'])).toEqual([true, false]);
  expect(marks(['spec.template.metadata.labels[a.b/c]'])).toEqual([true, false]);
  expect(marks(['spec.temp'])).toEqual([true, true]);
  expect(marks([''])).toEqual([true, true]);
  expect(marks([])).toEqual([false, false]);
});

test('identity and contents go by rule', () => {
  const rule = (path: string, kind: string, configMaps = false) =>
    replacesByRule(path, kind, { before: 'apps/v1', after: 'apps/v2' }, { configMaps, secrets: false });
  expect(rule('metadata.name', 'Pod')).toBe(true);
  expect(rule('metadata.namespace', 'Pod')).toBe(true);
  expect(rule('apiVersion', 'Pod')).toBe(false); // the same group
  expect(rule('data.a', 'ConfigMap')).toBe(true);
  expect(rule('data.a', 'ConfigMap', true)).toBe(false);
  expect(rule('stringData.a', 'Secret')).toBe(true);
  expect(rule('database', 'ConfigMap')).toBe(false);
});

test('each wrong field stands on a line of its own', () => {
  expect(refused(['a', 'bad'], ['b', 'worse']).message).toBe('X "a" is invalid\n  a: bad\n  b: worse');
});

test('a conflict with an edit is told from one with a declaration or a scaler', () => {
  const conflict = new ApiError(409, {
    details: {
      causes: [
        { field: '.spec.a', message: 'conflict with "kubectl-edit" using apps/v1 at 2026-01-01T00:00:00Z' },
        { field: '.spec.b', message: 'conflict with "helm"' },
        {
          field: '.spec.replicas',
          message: 'conflict with "kube-controller-manager" with subresource "scale" using apps/v1',
        },
      ],
    },
  });
  expect(conflictsIn(conflict)).toEqual([
    { manager: 'kubectl-edit', field: '.spec.a', isEdit: true },
    { manager: 'helm', field: '.spec.b', isEdit: false },
    { manager: 'kube-controller-manager', field: '.spec.replicas', isEdit: false },
  ]);
  expect(conflictsIn(new ApiError(409, { message: 'the object has been modified' }))).toEqual([]);
});

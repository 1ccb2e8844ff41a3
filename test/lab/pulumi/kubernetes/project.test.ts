import { compare } from '../../../../lab/pulumi/kubernetes/compare';
import { project } from '../../../../lab/pulumi/kubernetes/project';

const fields = {
  'f:spec': {
    'f:replicas': {},
    'f:selector': {},
    'f:args': {},
    'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {}, 'f:targetPort': {} } },
    'f:finalizers': { 'v:"a"': {} },
  },
};
const live = (spec: object, more: object = {}): any => ({
  apiVersion: 'v1',
  kind: 'X',
  metadata: { name: 'x', managedFields: [{ manager: 'm', operation: 'Apply', fieldsV1: fields }] },
  spec,
  ...more,
});
const drift = (spec: any, wanted: any) =>
  compare({ spec: wanted }, project(live(spec), { spec: wanted })).map(({ path }) => path);

test('defaults and other owners are no drift, a changed value is', () => {
  expect(drift({ replicas: 2, added: 'by the server' }, { replicas: 2 })).toEqual([]);
  expect(drift({ replicas: 3 }, { replicas: 2 })).toEqual(['spec.replicas']);
});

test('a field that vanished is drift, an empty one that the server drops is not', () => {
  expect(drift({}, { replicas: 2 })).toEqual(['spec.replicas']);
  expect(drift({}, { hostNetwork: false, labels: {}, args: [], text: '', count: 0 })).toEqual([]);
});

test('lists with keys are matched by key, whatever the order, and items of others do not count', () => {
  const ports = [
    { port: 81, protocol: 'TCP' },
    { port: 80, protocol: 'TCP', targetPort: 8080 },
  ];
  expect(drift({ ports }, { ports: [{ port: 80, targetPort: 8080 }] })).toEqual([]);
  expect(drift({ ports }, { ports: [{ port: 80, targetPort: 9090 }] })).toEqual(['spec.ports[0].targetPort']);
  expect(drift({ ports: [] }, { ports: [{ port: 80 }] })).toEqual(['spec.ports[0]']);
});

test('an item more in a list without keys is drift; in a set it is not', () => {
  expect(drift({ args: ['a', 'b'] }, { args: ['a'] })).toEqual(['spec.args[1]']);
  expect(drift({ finalizers: ['a', 'b'] }, { finalizers: ['a'] })).toEqual([]);
});

test('a key more in a selector is drift, since the server keeps it as a whole', () => {
  expect(drift({ selector: { app: 'x', more: 'y' } }, { selector: { app: 'x' } })).toEqual([
    'spec.selector.more',
  ]);
});

test('equal quantities are no drift, equal looking texts elsewhere are', () => {
  const wanted = { limits: { cpu: '1000m' }, note: '1000m' };
  expect(drift({ limits: { cpu: '1' }, note: '1000m' }, wanted)).toEqual([]);
  expect(drift({ limits: { cpu: '2' }, note: '1' }, wanted)).toEqual(['spec.limits.cpu', 'spec.note']);
});

test('stringData is compared decoded', () => {
  const secret = live({}, { kind: 'Secret', data: { token: Buffer.from('new').toString('base64') } });
  expect(project(secret, { stringData: { token: 'old', gone: 'x' } })).toEqual({
    stringData: { token: 'new' },
  });
});

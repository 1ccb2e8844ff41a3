import { checkInputs } from '../../../../lab/pulumi/kubernetes/check';
import { assumeUnchanged } from '../../../../lab/pulumi/kubernetes/difference';
import { foreseenCreate, foreseenUpdate } from '../../../../lab/pulumi/kubernetes/foresee';
import { autoname } from '../../../../lab/pulumi/kubernetes/naming';
import { fieldManager, isOwnedBy } from '../../../../lab/pulumi/kubernetes/ownership';
import { leftOvers } from '../../../../lab/pulumi/kubernetes/remove';
import { importedInputs, outputsOf } from '../../../../lab/pulumi/kubernetes/state';
import { isPatchToken, kindOfToken, refusal } from '../../../../lab/pulumi/kubernetes/type-token';
import { unknownValue } from '../../../../lab/pulumi/values';

const session = (namespaced = true): any => ({
  isReachable: () => true,
  namespace: 'home',
  cluster: { scope: async () => ({ plural: 'xs', namespaced }) },
});
const context = (over: object = {}): any => ({
  urn: 'u',
  type: 'kubernetes:core/v1:ConfigMap',
  name: 'My Map',
  seed: new Uint8Array([1]),
  ...over,
});
const given = (metadata: any) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata });

test('a name is made from the resource name, kept, and equal for an equal seed', async () => {
  const first = (await checkInputs(session(), context(), {}, given({}))).inputs['metadata'] as any;
  expect(first.name).toMatch(/^my-map-[a-z0-9]{8}$/);
  expect(first.namespace).toBe('home');
  expect(first.annotations).toEqual({ 'pulumi.com/autonamed': 'true' });
  expect(first.labels).toEqual({ 'app.kubernetes.io/managed-by': 'pulumi' });
  const again = await checkInputs(
    session(),
    context({ seed: new Uint8Array([9]) }),
    { metadata: first },
    given({}),
  );
  expect((again.inputs['metadata'] as any).name).toBe(first.name);
  expect(autoname(context({ name: 'Ä'.repeat(90) })).length).toBeLessThanOrEqual(63);
  expect(autoname(context({ autonaming: { mode: 'enforce', name: 'so' } }))).toBe('so');
});

test('what the program states stays', async () => {
  const metadata = { name: 'a', namespace: 'b', labels: { 'app.kubernetes.io/managed-by': 'me' } };
  expect((await checkInputs(session(), context(), {}, given(metadata))).inputs['metadata']).toEqual(metadata);
  expect(
    (await checkInputs(session(false), context(), {}, given({ name: 'a' }))).inputs['metadata'],
  ).not.toHaveProperty('namespace');
  const unknown = { ...given(unknownValue) };
  expect((await checkInputs(session(), context(), {}, unknown)).inputs).toEqual(unknown);
});

test.each([
  [context({ type: 'kubernetes:helm.sh/v3:Release' }), given({}), 'official kubernetes plugin'],
  [
    context({ type: 'kubernetes:core/v1:ConfigMapList' }),
    { ...given({}), items: [] },
    'the API server stores no lists',
  ],
  [context({ type: 'kubernetes:core/v1:ConfigMapPatch' }), given({}), 'must name the object'],
  [context({ autonaming: { mode: 'disable', name: '' } }), given({}), 'autonaming is switched off'],
  [context(), { metadata: {} }, '`apiVersion` is missing'],
  [
    context(),
    {
      ...given({ name: 'a' }),
      data: { a: { '4dabf18193072939515e22adb298388d': 'c44067f5952c0a294b673a41bacd8c17', text: 'x' } },
    },
    'no Pulumi assets',
  ],
])('refused: %#', async (ctx, inputs: any, words) => {
  const { failures = [] } = await checkInputs(session(), ctx, {}, inputs);
  expect(failures.map(({ reason }) => reason).join()).toContain(words);
});

test('type tokens', () => {
  expect(kindOfToken('kubernetes:core/v1:ConfigMapPatch')).toEqual({ apiVersion: 'v1', kind: 'ConfigMap' });
  expect(kindOfToken('kubernetes:rbac.authorization.k8s.io/v1:Role')).toEqual({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
  });
  expect(isPatchToken('kubernetes:core/v1:ConfigMap')).toBe(false);
  expect(refusal('kubernetes:x.example/v1:AllowList', false)).toBeUndefined();
});

test('an object is ours by its URN, and the manager survives a new URN', () => {
  const inputs: any = { metadata: {} };
  const manager = fieldManager('urn:a', inputs);
  expect(manager).toMatch(/^pulumi-kubernetes-[0-9a-f]{12}$/);
  expect(fieldManager('urn:b', inputs)).not.toBe(manager);
  expect(fieldManager('urn:b', inputs, { __fieldManager: manager })).toBe(manager);
  const live = (operation: string): any => ({ metadata: { managedFields: [{ manager, operation }] } });
  expect(isOwnedBy(live('Apply'), manager)).toBe(true);
  expect(isOwnedBy(live('Update'), manager)).toBe(false);
  expect(isOwnedBy({ metadata: {} } as any, manager)).toBe(false);
});

test('a preview keeps what only the server knows unknown', () => {
  const inputs = { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec: { ports: [] } };
  const outputs: any = foreseenCreate(inputs, 'm');
  expect(outputs.metadata).toMatchObject({ name: 's', uid: unknownValue });
  expect(outputs.spec.clusterIP).toBe(unknownValue);
  expect((foreseenCreate({ ...inputs, spec: { clusterIP: 'None' } }, 'm')['spec'] as any).clusterIP).toBe(
    'None',
  );
  const later: any = foreseenUpdate(
    { ...inputs, metadata: { name: 's', uid: 'u' }, spec: { clusterIP: '10.0.0.1' }, status: {} },
    { ...inputs, spec: { type: unknownValue } },
  );
  expect(later).toMatchObject({
    metadata: { uid: 'u', resourceVersion: unknownValue },
    spec: { clusterIP: '10.0.0.1', type: unknownValue },
    status: unknownValue,
  });
});

test('unknowns are taken for unchanged when the server is asked', () => {
  expect(
    assumeUnchanged(
      { a: 1, l: ['x'] },
      { a: unknownValue, b: unknownValue, c: 3, l: [unknownValue, unknownValue] },
    ),
  ).toEqual({ a: 1, c: 3, l: ['x'] });
});

test('the state holds no bookkeeping and no plain secret of kubectl', () => {
  const live: any = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: 's',
      uid: 'u',
      managedFields: [],
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': 'secret', keep: 'x' },
    },
    data: { a: 'eA==' },
    status: {},
  };
  const text = JSON.stringify(outputsOf(live, {}, 'm'));
  expect(text).not.toContain('last-applied');
  expect(text).toContain('1b47061264138c4ac30d75fd1eb44270');
  expect(importedInputs(live)).toEqual({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's', annotations: { keep: 'x' } },
    data: { a: 'eA==' },
    __imported: true,
  });
});

test("a namespace's conditions name what is left", () => {
  expect(
    leftOvers([
      'Some resources are remaining: configmaps. has 1 resource instances, widgets.example.com has 2 resource instances',
    ]),
  ).toEqual([
    { plural: 'configmaps', group: '' },
    { plural: 'widgets', group: 'example.com' },
  ]);
});

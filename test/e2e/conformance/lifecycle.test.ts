// One program through create, no-op, update, drift, refresh, replace and delete by the real CLI, on an API server without nodes.
import { type ControlPlane, startControlPlane } from './control-plane';
import { Engine, type StateResource } from './engine';

jest.setTimeout(300_000);

let plane: ControlPlane;
let engine: Engine;
const kinds = (phase: string) => ({ PART: 'kinds', PHASE: phase });
const refresh = ['refresh', '--preview-only', '--expect-no-changes', '--diff'];

const ours = async (): Promise<StateResource[]> =>
  (await engine.state()).resources.filter(({ type }) => type.startsWith('kubernetes:'));

const discovered = new Map<string, Promise<any>>();

async function pathOf(resource: StateResource): Promise<string> {
  const { apiVersion, kind, metadata } = resource.outputs;
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  if (!discovered.has(root)) discovered.set(root, plane.api.request({ method: 'GET', path: root }));
  const { resources } = await discovered.get(root);
  const { name } = resources.find((each: any) => each.kind === kind && !each.name.includes('/'));
  return `${root}${metadata.namespace ? `/namespaces/${metadata.namespace}` : ''}/${name}/${metadata.name}`;
}

/** Our live objects by resource name, each read anew when it is asked for. */
async function objects() {
  const byName = new Map((await ours()).map((resource) => [resource.urn.split('::').pop() ?? '', resource]));
  const path = async (name: string) => pathOf(byName.get(name)!);
  return {
    live: async (name: string): Promise<any> => plane.api.request({ method: 'GET', path: await path(name) }),
    /** Edits a live object as a person with kubectl would. */
    edit: async (name: string, body: object, contentType = 'application/merge-patch+json'): Promise<void> => {
      const edited = `${await path(name)}?fieldManager=kubectl-edit`;
      await plane.api.request({ method: 'PATCH', path: edited, body, contentType });
    },
  };
}

beforeAll(async () => {
  plane = await startControlPlane();
  engine = await Engine.create(plane.directory, plane.kubeconfig);
});
afterAll(() => plane.stop());

test('a preview before anything exists keeps unknowns and creates nothing', async () => {
  const text = await engine.succeed(['preview', '--diff'], kinds('first'));
  expect(text).toMatch(/clusterIp *: \[unknown\]/);
  await expect(plane.api.request({ method: 'GET', path: '/api/v1/namespaces/conformance' })).rejects.toThrow(
    'not found',
  );
});

test('create: at least 30 kinds and a custom resource', async () => {
  const text = await engine.up(kinds('first'));
  expect(text).toMatch(/clusterIp *: "10\.43\./);
  const { live } = await objects();
  const types = new Set((await ours()).map(({ type }) => type));
  expect(types.size).toBeGreaterThanOrEqual(30);
  expect(types).toContain('kubernetes:conformance.example/v1:Widget');
  expect((await live('web')).metadata.labels['app.kubernetes.io/managed-by']).toBe('pulumi');
  expect((await engine.resource('widget')).outputs.spec.color).toBe('red'); // the server's default
});

test('no secret lies in the state in plain text', async () => {
  const { raw } = await engine.state();
  expect(raw).toContain('conformance-role');
  for (const secret of [
    'hunter2-very-secret',
    Buffer.from('hunter2-very-secret').toString('base64'),
    'client-key-data',
  ]) {
    expect(raw).not.toContain(secret);
  }
});

test('up again changes nothing, and a refresh finds no drift', async () => {
  expect(await engine.up(kinds('first'), '--expect-no-changes')).not.toMatch(/updated|replaced/);
  await engine.succeed(refresh, kinds('first'));
});

test('update in place where the server allows it', async () => {
  const { live } = await objects();
  const before = await ours();
  const text = await engine.up(kinds('update'));
  expect(text).toMatch(/\+-2 replaced/); // the two ConfigMaps, whose contents roll by replacement
  expect((await live('web')).spec.replicas).toBe(3);
  expect((await live('service')).spec.ports).toHaveLength(2);
  expect((await live('widget')).spec.size).toBe(2);
  const uids = new Map(before.map(({ urn, outputs }) => [urn, outputs.metadata.uid]));
  const changed = (await ours()).filter(({ urn, outputs }) => uids.get(urn) !== outputs.metadata.uid);
  expect(changed.map(({ urn }) => urn.split('::').pop()).sort()).toEqual(['config', 'fixed-config']);
  await engine.succeed(refresh, kinds('update'));
});

test('drift of every kind is named and repaired', async () => {
  const { live, edit } = await objects();
  const drifting = (await ours()).filter(({ inputs }) => inputs.metadata.annotations?.note !== undefined);
  expect(drifting.length).toBeGreaterThanOrEqual(30);
  for (const { urn } of drifting) {
    await edit(urn.split('::').pop() ?? '', { metadata: { annotations: { note: 'drifted' } } });
  }
  await edit('web', { spec: { replicas: 7 } });
  await edit('service', { spec: { selector: { app: 'web', more: 'x' } } });
  await edit('widget', { spec: { size: 9 } });
  await edit(
    'binding',
    [
      {
        op: 'add',
        path: '/subjects/-',
        value: { kind: 'User', name: 'mallory', apiGroup: 'rbac.authorization.k8s.io' },
      },
    ],
    'application/json-patch+json',
  );
  await edit('fixed-config', { data: { note: 'drifted' } });
  const { code, text } = await engine.run(refresh, kinds('update'));
  expect(code).not.toBe(0);
  expect(text.match(/note *: "second" => "drifted"/g)?.length).toBeGreaterThanOrEqual(drifting.length);
  expect(text).toMatch(/replicas *: 3 => 7/);
  expect(text).toMatch(/size *: 2 => 9/);
  expect(text).toMatch(/mallory/);
  expect(text).toMatch(/more *: "x"/);
  await engine.up(kinds('update'), '--refresh');
  for (const { urn } of drifting) {
    expect((await live(urn.split('::').pop() ?? '')).metadata.annotations.note).toBe('second');
  }
  expect((await live('web')).spec.replicas).toBe(3);
  expect((await live('binding')).subjects).toHaveLength(1);
  expect((await live('service')).spec.selector).toEqual({ app: 'web' });
  await engine.succeed(refresh, kinds('update'));
});

test('an object deleted from outside comes back', async () => {
  const { live } = await objects();
  await plane.api.request({ method: 'DELETE', path: await pathOf(await engine.resource('lease')) });
  await engine.up(kinds('update'), '--refresh');
  expect((await live('lease')).spec.holderIdentity).toBe('second');
});

test('replace what the server never changes, as its dry-run says', async () => {
  const { live } = await objects();
  const text = await engine.succeed(['preview', '--diff'], kinds('replace'));
  const replaced = ['web', 'set', 'job', 'binding', 'priority', 'storage', 'runtime', 'widget'];
  expect(text).toMatch(new RegExp(`\\+-${replaced.length} to replace`));
  const uids = new Map(
    await Promise.all(replaced.map(async (name) => [name, (await live(name)).metadata.uid] as const)),
  );
  await engine.up(kinds('replace'));
  for (const name of replaced) expect((await live(name)).metadata.uid).not.toBe(uids.get(name));
  expect((await live('widget')).spec.shape).toBe('square');
  await engine.succeed(refresh, kinds('replace'));
});

test('another cluster replaces everything; a preview without a cluster answers soon', async () => {
  const other = await engine.succeed(['preview'], { ...kinds('replace'), CLUSTER_ID: 'other' });
  expect(other).toMatch(/\d\d to replace/);
  const gone = JSON.stringify({
    ...JSON.parse(plane.kubeconfig),
    clusters: [{ name: 'conformance', cluster: { server: 'https://127.0.0.1:1' } }],
  });
  const tookMs = async (variables: Record<string, string>) => {
    const startMs = Date.now();
    await engine.succeed(['preview'], variables);
    return Date.now() - startMs;
  };
  const there = await tookMs(kinds('first'));
  expect((await tookMs({ ...kinds('first'), KUBECONFIG_TEXT: gone })) / there).toBeLessThan(3);
});

test('delete leaves nothing', async () => {
  const paths = await Promise.all((await ours()).map(pathOf));
  await engine.succeed(['destroy', '--yes', '--skip-preview'], kinds('replace'));
  for (const path of paths)
    await expect(plane.api.request({ method: 'GET', path })).rejects.toThrow(/not found|could not find/);
  expect((await engine.state()).resources).toEqual([]);
});

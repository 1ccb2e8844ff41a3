// Objects that belong to somebody else, wrong inputs, and a namespace that something holds.
import { type ControlPlane, startControlPlane } from './control-plane';
import { Engine } from './engine';

jest.setTimeout(120_000);

let plane: ControlPlane;
let engine: Engine;
const foreign = (phase: string) => ({ PART: 'foreign', PHASE: phase });
const path = '/api/v1/namespaces/default/configmaps/foreign';
const data = async (): Promise<any> => (await plane.api.request({ method: 'GET', path }))['data'];

async function make(theirs = '1'): Promise<void> {
  const body = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'foreign', namespace: 'default' },
    data: { theirs },
  };
  await plane.api.request({
    method: 'PATCH',
    path: `${path}?fieldManager=somebody`,
    body,
    contentType: 'application/apply-patch+yaml',
  });
}

beforeAll(async () => {
  plane = await startControlPlane();
  engine = await Engine.create(plane.directory, plane.kubeconfig);
});
afterAll(() => plane.stop());
beforeEach(() => make());
afterEach(() => engine.succeed(['destroy', '--yes', '--skip-preview'], foreign('none')));

test('create does not take over what exists', async () => {
  const { code, text } = await engine.run(['up', '--yes', '--skip-preview'], foreign('create'));
  expect(code).not.toBe(0);
  expect(text).toContain('ConfigMap default/foreign already exists and was not made by this resource');
  expect(await data()).toEqual({ theirs: '1' });
});

test('import adopts it with the inputs of the program, and an update then owns its field', async () => {
  await engine.up(foreign('import'));
  await engine.up(foreign('import'), '--expect-no-changes');
  const { code, text } = await engine.run(['up', '--yes', '--skip-preview'], foreign('imported'));
  expect(code).not.toBe(0); // somebody declares it too
  expect(text).toContain('.data.theirs belongs to somebody');
  await plane.api.request({
    method: 'PATCH',
    path: `${path}?fieldManager=somebody&force=true`,
    contentType: 'application/apply-patch+yaml',
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'foreign' } },
  });
  await plane.api.request({
    method: 'PATCH',
    path: `${path}?fieldManager=kubectl-edit`,
    body: { data: { theirs: '1' } },
    contentType: 'application/merge-patch+json',
  });
  await engine.up(foreign('imported')); // what was merely edited is taken
  expect(await data()).toEqual({ theirs: '2' });
});

test('a patch adds its fields, gives them back, and respects owners', async () => {
  await engine.up(foreign('patch'));
  expect(await data()).toEqual({ theirs: '1', ours: 'patched' });
  await engine.up(foreign('none'));
  expect(await data()).toEqual({ theirs: '1' });
  const { code, text } = await engine.run(['up', '--yes', '--skip-preview'], foreign('conflict'));
  expect(code).not.toBe(0);
  expect(text).toContain('.data.theirs belongs to somebody');
});

test.each([
  ['unknown-field', '.spec.selectr: field not declared in schema'],
  ['invalid', 'spec.ports[0].port'],
  ['chart', 'needs the official kubernetes plugin'],
])('a preview refuses %s and names it', async (phase, words) => {
  const { code, text } = await engine.run(['preview'], foreign(phase));
  expect(code).not.toBe(0);
  expect(text).toContain(words);
});

test('a namespace that does not go names what holds it, and its finalizers stay', async () => {
  await engine.up(foreign('held'));
  const held = '/api/v1/namespaces/conformance-held/configmaps';
  const body = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'holder', finalizers: ['example.com/hold'] },
  };
  await plane.api.request({ method: 'POST', path: held, body });
  const { code, text } = await engine.run(['destroy', '--yes', '--skip-preview'], foreign('held'));
  expect(code).not.toBe(0);
  expect(text).toContain('configmaps/holder (held by example.com/hold)');
  const still: any = await plane.api.request({ method: 'GET', path: `${held}/holder` });
  expect(still.metadata.finalizers).toEqual(['example.com/hold']);
  await plane.api.request({
    method: 'PATCH',
    path: `${held}/holder`,
    body: { metadata: { finalizers: null } },
    contentType: 'application/merge-patch+json',
  });
});

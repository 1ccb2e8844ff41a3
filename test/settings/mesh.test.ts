import * as pulumi from '@pulumi/pulumi';
import { readSettings } from '../../settings';
import { encodeConfig } from '../deploy';

const lab = { kind: 'lab' };
const existing = { kind: 'existing', context: 'k3d-dev' };
/** Off, because they need images of the user's own elsewhere. */
const off = Object.fromEntries(
  ['grpc-stream', 'websocket', 'dns', 'tcp', 'udp', 'api-server'].map((path) => [path, { enabled: false }]),
);

function read(sections: Record<string, unknown>) {
  const all = { cluster: lab, monitoring: { receivers: [] }, ...sections };
  return readSettings(
    'dev',
    encodeConfig(
      Object.fromEntries(Object.entries(all).map(([key, value]) => [`continuous-load:${key}`, value])),
    ),
  );
}

function refusal(sections: Record<string, unknown>): string {
  try {
    read(sections);
  } catch (error) {
    expect(pulumi.RunError.isInstance(error)).toBe(true);
    return (error as Error).message;
  }
  return 'accepted';
}

const pathsOf = (sections: Record<string, unknown>) => read(sections).model.paths.map(({ name }) => name);

test('without a word there is no mesh and no path through one', () => {
  const { mesh, model } = read({});
  expect([mesh, model.mesh]).toEqual([undefined, undefined]);
  expect(pathsOf({})).not.toEqual(expect.arrayContaining(['mesh']));
});

test('a mesh brings its paths along, each of which can be switched off', () => {
  const mesh = { enabled: true };
  expect(pathsOf({ mesh })).toEqual(expect.arrayContaining(['mesh', 'mesh-retry']));
  const without = pathsOf({ mesh, paths: { mesh: { enabled: false } } });
  expect(without).toContain('mesh-retry');
  expect(without).not.toContain('mesh');
});

test('what a mesh must refuse is tried where that mesh refuses it', () => {
  expect(pathsOf({ mesh: { enabled: true } })).toEqual(expect.arrayContaining(['mesh-mtls', 'mesh-authz']));
  const permissive = pathsOf({ mesh: { enabled: true, peerAuthentication: 'PERMISSIVE' } });
  expect(permissive).toContain('mesh-authz');
  expect(permissive).not.toContain('mesh-mtls');
});

test('signals know the repeats, and whether istiod is the stack’s own', () => {
  expect(read({ mesh: { enabled: true, retries: 3 } }).model.mesh).toEqual({
    retries: 3,
    istiodScraped: true,
    certificateLifeSeconds: 86_400,
  });
  const elsewhere = read({ cluster: existing, paths: off, mesh: { enabled: true, revision: 'canary' } });
  expect(elsewhere.model.mesh?.istiodScraped).toBe(false);
  expect(elsewhere.mesh?.revision).toBe('canary');
});

test.each([
  ['a path without a mesh', { paths: { mesh: { enabled: true } } }, 'paths.mesh.enabled', /set mesh.enabled/],
  [
    'the other path without a mesh',
    { paths: { 'mesh-retry': { enabled: true } } },
    'paths.mesh-retry.enabled',
    /set mesh.enabled/,
  ],
  [
    'plaintext that must be refused where the config lets it in',
    { mesh: { enabled: true, peerAuthentication: 'PERMISSIVE' }, paths: { 'mesh-mtls': { enabled: true } } },
    'paths.mesh-mtls.enabled',
    /peerAuthentication: STRICT/,
  ],
  [
    'a refusal without a mesh',
    { paths: { 'mesh-authz': { enabled: true } } },
    'paths.mesh-authz.enabled',
    /set mesh.enabled/,
  ],
  ['a mesh on k3d', { cluster: { kind: 'k3d' }, mesh: { enabled: true } }, 'mesh.enabled', /existing/],
  ['a revision in the lab', { mesh: { enabled: true, revision: 'canary' } }, 'mesh.revision', /remove it/],
  ['a grace too short to divide', { mesh: { grace: '11s' } }, 'mesh.grace', /40s/],
  [
    'no peer authentication',
    { mesh: { peerAuthentication: 'DISABLE' } },
    'mesh.peerAuthentication',
    /STRICT/,
  ],
  [
    'no repeats on the path with repeats',
    { mesh: { retries: 0 } },
    'mesh.retries',
    /path mesh repeats nothing/,
  ],
])('%s is refused', (_what, sections, field, mend) => {
  const message = refusal(sections);
  expect(message).toContain(`✖ continuous-load:${field} `);
  expect(message).toMatch(mend);
});

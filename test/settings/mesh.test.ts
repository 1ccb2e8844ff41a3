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

  const ambient = pathsOf({ cluster: existing, paths: off, mesh: { enabled: true, mode: 'ambient' } });
  expect(ambient).toEqual(expect.arrayContaining(['mesh', 'mesh-retry', 'mesh-mtls']));
  expect(ambient).not.toContain('mesh-authz');
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

const withPlane = (controlPlane: object) => ({ mesh: { enabled: true, controlPlane } });

test.each([
  ['lab', { kind: 'lab' }, {}, 'own'],
  ['k3d', { kind: 'k3d' }, {}, 'charts'],
  ['an existing cluster', existing, {}, 'existing'],
  ['an existing cluster, on wish', existing, { kind: 'charts', version: '1.31.0' }, 'charts'],
])('on %s the control plane is of its kind', (_where, cluster, controlPlane, kind) => {
  const { mesh, model } = read({ cluster, paths: off, mesh: { enabled: true, controlPlane } });
  expect(mesh?.controlPlane).toEqual({
    kind,
    namespace: 'istio-system',
    version: 'version' in controlPlane ? controlPlane.version : '1.31.1',
  });
  expect(model.mesh?.istiodScraped).toBe(kind !== 'existing');
  expect(model.mesh?.istioNamespace).toBe(kind === 'own' ? undefined : 'istio-system');
});

test('signals know the mode', () => {
  const modes = (['sidecar', 'ambient'] as const).map((mode) => {
    const { model } = read({ cluster: existing, paths: off, mesh: { enabled: true, mode } });
    return model.mesh?.ambient;
  });
  expect(modes).toEqual([undefined, true]);
});

test.each([
  ['by charts, which is part of a Service’s name', { kind: 'k3d' }, 'a'.repeat(56)],
  ['that is there, and may be a tag', existing, '1.31.1'],
])('a revision %s', (_what, cluster, revision) => {
  expect(read({ cluster, paths: off, mesh: { enabled: true, revision } }).mesh?.revision).toBe(revision);
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
    'a refusal that ztunnel does not tell',
    {
      cluster: existing,
      paths: { ...off, 'mesh-authz': { enabled: true } },
      mesh: { enabled: true, mode: 'ambient' },
    },
    'paths.mesh-authz.enabled',
    /mesh.mode is ambient[^]*write mesh.mode: sidecar/,
  ],
  [
    'a refusal without a mesh',
    { paths: { 'mesh-authz': { enabled: true } } },
    'paths.mesh-authz.enabled',
    /set mesh.enabled/,
  ],
  ['a revision in the lab', { mesh: { enabled: true, revision: 'canary' } }, 'mesh.revision', /remove it/],
  [
    'mode ambient in the lab',
    { mesh: { enabled: true, mode: 'ambient' } },
    'mesh.mode',
    /sidecar on the lab/,
  ],
  ['charts in the lab', withPlane({ kind: 'charts' }), 'mesh.controlPlane.kind', /own on the lab/],
  [
    'somebody else’s Istio in the lab',
    withPlane({ kind: 'existing' }),
    'mesh.controlPlane.kind',
    /own on the lab/,
  ],
  [
    'a namespace of the lab’s istiod',
    withPlane({ namespace: 'istio-system' }),
    'mesh.controlPlane.namespace',
    /remove it/,
  ],
  [
    'a control plane by charts where somebody’s Prometheus is',
    {
      ...withPlane({ kind: 'charts', namespace: 'observability' }),
      cluster: existing,
      paths: off,
      monitoring: { kind: 'existing', prometheus: 'o/p:9090', retention: '40d', namespace: 'observability' },
    },
    'mesh.controlPlane.namespace',
    /istio-system/,
  ],
  [
    'somebody else’s Istio on k3d',
    { ...withPlane({ kind: 'existing' }), cluster: { kind: 'k3d' } },
    'mesh.controlPlane.kind',
    /charts on k3d/,
  ],
  [
    'the lab’s istiod on an existing cluster',
    { ...withPlane({ kind: 'own' }), cluster: existing, paths: off },
    'mesh.controlPlane.kind',
    /charts or existing on existing/,
  ],
  [
    'a release of what is not installed',
    { ...withPlane({ version: '1.31.0' }), cluster: existing, paths: off },
    'mesh.controlPlane.version',
    /mesh.controlPlane.kind: charts/,
  ],
  [
    'a life of certificates that ztunnel asks for',
    { cluster: existing, paths: off, mesh: { enabled: true, mode: 'ambient', certificateLife: '1h' } },
    'mesh.certificateLife',
    /"1h".*ztunnel/,
  ],
  [
    'a revision with dots, by which charts would call a Service',
    { cluster: { kind: 'k3d' }, mesh: { enabled: true, revision: '1.31.1' } },
    'mesh.revision',
    /write 1-31-1$/,
  ],
  [
    'a revision that is too long for a Service',
    { cluster: { kind: 'k3d' }, mesh: { enabled: true, revision: `${'a'.repeat(55)}-b` } },
    'mesh.revision',
    /at most 56[^]*write a{55}$/,
  ],
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

test.each(['continuous-load', 'continuous-load-mesh', 'monitoring', 'kube-system', 'default'])(
  'a control plane by charts in %s, where something else is, is refused',
  (namespace) => {
    const message = refusal({ ...withPlane({ namespace }), cluster: { kind: 'k3d' }, paths: off });
    expect(message).toMatch(/^1 mistake [^]*mesh\.controlPlane\.namespace is /);
    expect(message).toMatch(/istio-system, or write a name of its own$/);
  },
);

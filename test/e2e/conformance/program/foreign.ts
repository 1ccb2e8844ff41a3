import * as k8s from '@pulumi/kubernetes';

/** Objects that somebody else made: taken over, patched, imported, or refused. */
export function foreign(provider: k8s.Provider, phase: string): Record<string, unknown> {
  const opts = { provider };
  const metadata = { name: 'foreign', namespace: 'default' };
  if (phase === 'create') new k8s.core.v1.ConfigMap('foreign', { metadata, data: { ours: '1' } }, opts);
  if (phase === 'import' || phase === 'imported') {
    const data = phase === 'import' ? { theirs: '1' } : { theirs: '2' };
    const provider2 = new k8s.Provider('mutable', {
      kubeconfig: process.env['KUBECONFIG_TEXT'] ?? '',
      clusterIdentifier: 'conformance',
      enableConfigMapMutable: true,
    });
    const more = phase === 'import' ? { import: 'default/foreign' } : {};
    new k8s.core.v1.ConfigMap('foreign', { metadata, data }, { provider: provider2, ...more });
  }
  if (phase === 'patch')
    new k8s.core.v1.ConfigMapPatch('patch', { metadata, data: { ours: 'patched' } }, opts);
  if (phase === 'conflict')
    new k8s.core.v1.ConfigMapPatch('patch', { metadata, data: { theirs: 'patched' } }, opts);
  if (phase === 'unknown-field') {
    const spec = { ports: [{ port: 80 }], selectr: { app: 'x' } };
    new k8s.core.v1.Service('bad', { metadata: { name: 'bad', namespace: 'default' }, spec }, opts);
  }
  if (phase === 'invalid') {
    new k8s.core.v1.Service(
      'bad',
      { metadata: { name: 'bad', namespace: 'default' }, spec: { ports: [{ port: 70000 }] } },
      opts,
    );
  }
  if (phase === 'chart') {
    new k8s.helm.v3.Release('chart', { chart: 'x' }, opts);
  }
  if (phase === 'held') {
    const ns = new k8s.core.v1.Namespace(
      'held',
      { metadata: { name: 'conformance-held' } },
      { ...opts, customTimeouts: { delete: '8s' } },
    );
    return { ns: ns.metadata.name };
  }
  return {};
}

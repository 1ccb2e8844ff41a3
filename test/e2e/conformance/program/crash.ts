import * as k8s from '@pulumi/kubernetes';

/**
 * A namespace and objects in a row. In phase `stuck` the last is never ready, since there are no nodes; in phase `refused` a quota forbids
 * its pods; in `calm` nobody waits for it.
 */
export function crash(provider: k8s.Provider, phase: string): Record<string, unknown> {
  const opts = { provider };
  const ns = new k8s.core.v1.Namespace('ns', { metadata: { name: 'conformance-crash' } }, opts);
  const namespace = ns.metadata.name;
  const maps = Array.from(
    { length: 5 },
    (_, i) =>
      new k8s.core.v1.ConfigMap(
        `map${i}`,
        { metadata: { name: `map${i}`, namespace }, data: { i: `${i}` } },
        opts,
      ),
  );
  const before: k8s.core.v1.ResourceQuota[] = [];
  if (phase === 'refused') {
    const spec = { hard: { pods: '0' } };
    before.push(
      new k8s.core.v1.ResourceQuota('quota', { metadata: { name: 'quota', namespace }, spec }, opts),
    );
  }
  const labels = { app: 'stuck' };
  const seconds = process.env['STUCK_SECONDS'] ?? '120';
  const annotations: Record<string, string> =
    phase === 'calm' ? { 'pulumi.com/skipAwait': 'true' } : { 'pulumi.com/timeoutSeconds': seconds };
  const template = {
    metadata: { labels },
    spec: { containers: [{ name: 'main', image: 'example.invalid/stuck:1' }] },
  };
  const metadata = { name: 'stuck', namespace, annotations };
  const spec = { replicas: 1, selector: { matchLabels: labels }, template };
  new k8s.apps.v1.Deployment('stuck', { metadata, spec }, { ...opts, dependsOn: [...maps, ...before] });
  return {};
}

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { namespaceNames } from '../../../components/names';
import { list, rolledOut, type Cluster } from './kubernetes';

/** Namespace of what is not the stack's: tenants of the cluster. */
export const tenantsNamespace = 'e2e-tenants';

/** Makes a tenant's workload for each name, one pod of podinfo behind a Service; waits for them and gives the cluster IP of each. */
export async function tenants(
  cluster: Cluster,
  names: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const [target] = await list(
    cluster,
    '-n',
    namespaceNames.load,
    'deployments',
    '-l',
    'app.kubernetes.io/name=target',
  );
  const image = target?.spec?.template.spec.containers[0].image as string;
  const file = join(mkdtempSync(join(tmpdir(), 'tenants-')), 'tenants.json');
  const items = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: tenantsNamespace } },
    ...names.flatMap((name) => [deployment(name, image), service(name)]),
  ];
  writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  await cluster.kubectl('apply', '-f', file);
  for (const name of names) await rolledOut(cluster, name, undefined, tenantsNamespace);
  const services = await list(cluster, '-n', tenantsNamespace, 'services');
  return Object.fromEntries(services.map(({ metadata, spec }) => [metadata.name, spec.clusterIP as string]));
}

function deployment(name: string, image: string) {
  const labels = { app: name };
  const container = {
    name: 'podinfo',
    image,
    imagePullPolicy: 'IfNotPresent',
    args: ['--port=9898', '--level=error'],
    readinessProbe: { httpGet: { path: '/readyz', port: 9898 }, periodSeconds: 2 },
    resources: { requests: { cpu: '20m', memory: '32Mi' }, limits: { memory: '64Mi' } },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: tenantsNamespace },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container] } },
    },
  };
}

function service(name: string) {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: tenantsNamespace },
    spec: { selector: { app: name }, ports: [{ port: 9898 }] },
  };
}

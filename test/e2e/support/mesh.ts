import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { meshNamespace, meshWorkloads, podinfoPorts } from '../../../signals/targets';
import { type Cluster, pods } from './kubernetes';
import type { Fault } from './path-faults';
import type { StackUnderTest } from './stack-under-test';

/** Name of what the tests put into the mesh, and label of the pod that a fault is for. */
const intruder = 'e2e-intruder';
const fault = 'e2e-fault';

/** Name of a pod of a workload of the mesh. */
export async function podOf(cluster: Cluster, workload: string): Promise<string> {
  const [pod] = await pods(cluster, workload, meshNamespace);
  if (!pod) throw new Error(`no pod of ${workload}`);
  return pod.metadata.name;
}

/** What podinfo in a pod answers to a plaintext request of the API server, which is in no mesh; throws what kubectl says otherwise. */
export async function inPlaintext(cluster: Cluster, pod: string): Promise<string> {
  return cluster.kubectl('get', '--raw', `${proxied(pod)}/healthz`);
}

/** What source in a pod says came of passing an echo on to target. */
export async function passedOn(cluster: Cluster, pod: string): Promise<string> {
  return withFile('"nonce"', async (file) =>
    cluster.kubectl('create', '--raw', `${proxied(pod)}/api/echo`, '-f', file),
  );
}

/** Runs source under another account of the mesh, calls `act` with its pod, and removes it. */
export async function asIntruder<T>(cluster: Cluster, act: (pod: string) => Promise<T>): Promise<T> {
  const deployment = JSON.parse(
    await cluster.kubectl('-n', meshNamespace, 'get', 'deployment', meshWorkloads.source, '-o', 'json'),
  ) as { spec: any; metadata: any; status?: unknown };
  const labels = { 'app.kubernetes.io/name': intruder };
  deployment.metadata = { name: intruder, namespace: meshNamespace };
  delete deployment.status;
  const { spec } = deployment;
  spec.replicas = 1;
  spec.selector = { matchLabels: labels };
  spec.template.metadata.labels = { ...spec.template.metadata.labels, ...labels };
  spec.template.spec.serviceAccountName = intruder;
  const named = { name: intruder, namespace: meshNamespace };
  const objects = [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: named },
    {
      apiVersion: 'security.istio.io/v1',
      kind: 'PeerAuthentication',
      metadata: named,
      spec: { selector: { matchLabels: labels }, mtls: { mode: 'PERMISSIVE' } },
    },
    deployment,
  ];
  try {
    await applied(cluster, objects);
    await cluster.kubectl(
      ...['-n', meshNamespace, 'rollout', 'status', `deployment/${intruder}`, '--timeout=120s'],
    );
    return await act(await podOf(cluster, intruder));
  } finally {
    await cluster.kubectl(
      ...['-n', meshNamespace, 'delete', 'deployment,serviceaccount,peerauthentication', intruder],
      '--ignore-not-found',
    );
  }
}

/**
 * Lets the proxy of one pod of target answer 503 to everything while `act` runs: a fault at the target, since Istio repeats nothing of
 * what a fault of its own at the caller refused.
 */
export async function with503AtTarget<T>(cluster: Cluster, act: () => Promise<T>): Promise<T> {
  const pod = await podOf(cluster, meshWorkloads.target);
  const filter = filtering(cluster, fault, { [fault]: 'on' }, aborting(100));
  try {
    await cluster.kubectl('-n', meshNamespace, 'label', 'pod', pod, `${fault}=on`);
    await filter.make();
    return await act();
  } finally {
    await filter.heal();
    await cluster.kubectl('-n', meshNamespace, 'label', 'pod', pod, `${fault}-`);
  }
}

/** The proxies of target answer 503 to this share of what comes, in percent. */
export function some503AtTarget(cluster: Cluster, percent: number): Fault {
  return filtering(cluster, `${fault}-some`, nameOf(meshWorkloads.target), aborting(percent));
}

/** istiod tells the proxies of a workload what no Envoy takes: they refuse it, and keep what they had. */
export function refusedConfig(cluster: Cluster, workload: string): Fault {
  return filtering(cluster, `${fault}-refused`, nameOf(workload), {
    applyTo: 'CLUSTER',
    match: { context: 'SIDECAR_OUTBOUND' },
    // Envoy wants more than none (cluster.proto, field 4).
    patch: { operation: 'MERGE', value: { connect_timeout: '-1s' } },
  });
}

/** Pods of the mesh take plaintext too, until the config's PeerAuthentication is put back by hand. */
export function plaintextTaken(cluster: Cluster): Fault {
  const mode = (value: string) => async () => {
    const patch = JSON.stringify({ spec: { mtls: { mode: value } } });
    await cluster.kubectl(
      ...['-n', meshNamespace, 'patch', 'peerauthentication', 'mesh', '--type=merge', '-p', patch],
    );
  };
  return { make: mode('PERMISSIVE'), heal: mode('STRICT') };
}

/** Nobody says any more whom target may answer, until `up --refresh` finds that out. */
export function policyDeleted(stack: StackUnderTest, upFlags: readonly string[]): Fault {
  return {
    make: async () => {
      await stack.kubectl('-n', meshNamespace, 'delete', 'authorizationpolicy', meshWorkloads.target);
    },
    heal: async () => {
      await stack.up(...upFlags, '--refresh');
    },
  };
}

function nameOf(workload: string): Readonly<Record<string, string>> {
  return { 'app.kubernetes.io/name': workload };
}

/** An EnvoyFilter on the pods with some labels. */
function filtering(
  cluster: Cluster,
  name: string,
  labels: Readonly<Record<string, string>>,
  configPatch: object,
): Fault {
  return {
    make: () =>
      applied(cluster, [
        {
          apiVersion: 'networking.istio.io/v1alpha3',
          kind: 'EnvoyFilter',
          metadata: { name, namespace: meshNamespace },
          spec: { workloadSelector: { labels }, configPatches: [configPatch] },
        },
      ]),
    heal: async () => {
      await cluster.kubectl('-n', meshNamespace, 'delete', 'envoyfilter', name, '--ignore-not-found');
    },
  };
}

const aborting = (percent: number) => ({
  applyTo: 'HTTP_FILTER',
  match: {
    context: 'SIDECAR_INBOUND',
    listener: {
      filterChain: {
        filter: {
          name: 'envoy.filters.network.http_connection_manager',
          subFilter: { name: 'envoy.filters.http.router' },
        },
      },
    },
  },
  patch: {
    operation: 'INSERT_BEFORE',
    value: {
      name: 'envoy.filters.http.fault',
      typed_config: {
        '@type': 'type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault',
        abort: { http_status: 503, percentage: { numerator: percent } },
      },
    },
  },
});

async function applied(cluster: Cluster, items: readonly object[]): Promise<void> {
  const text = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  await withFile(text, (file) => cluster.kubectl('apply', '--server-side', '-f', file));
}

async function withFile<T>(content: string, act: (file: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'mesh-e2e-'));
  const file = join(directory, 'object.json');
  try {
    writeFileSync(file, content);
    return await act(file);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function proxied(pod: string): string {
  return `/api/v1/namespaces/${meshNamespace}/pods/${pod}:${podinfoPorts.http}/proxy`;
}

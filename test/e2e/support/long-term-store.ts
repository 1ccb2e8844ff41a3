import type { MatrixSeries } from '../../../signals/status';
import { list, type Cluster } from './kubernetes';
import { isReady } from './kubernetes';

const namespace = 'monitoring';
const pod = 'prometheus-longterm-0';

/** Samples of every series that a selector finds in a stack's long-term store, asked through the API server. Throws while it is not there. */
export async function storedSamples(
  cluster: Cluster,
  selector: string,
  fromMs: number,
  toMs: number,
): Promise<MatrixSeries[]> {
  const query = `${selector}[${Math.ceil((toMs - fromMs) / 1000)}s] @ ${(toMs / 1000).toFixed(3)}`;
  const path = `/api/v1/namespaces/${namespace}/pods/${pod}:9090/proxy/api/v1/query`;
  const answer = await cluster.kubectl('get', '--raw', `${path}?query=${encodeURIComponent(query)}`);
  return (JSON.parse(answer) as { data: { result: MatrixSeries[] } }).data.result;
}

/** Runs the store with so many pods, which is one or none. */
export async function setStore(cluster: Cluster, replicas: 0 | 1): Promise<void> {
  await cluster.kubectl(
    ...['-n', namespace, 'patch', 'prometheus', 'longterm', '--type=merge'],
    ...['-p', JSON.stringify({ spec: { replicas } })],
  );
}

/** Whether the store's pod is ready. */
export async function isStoreReady(cluster: Cluster): Promise<boolean> {
  const found = await list(cluster, '-n', namespace, 'pods', '-l', 'operator.prometheus.io/name=longterm');
  return found.length === 1 && found.every(isReady);
}

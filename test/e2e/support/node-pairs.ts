import type { PrometheusApi } from '../../../commands/signal/prometheus-api';
import { inside } from '../../../lab/cluster/machine';
import { labPaths } from '../../../lab/cluster/spec';
import { nodeProbesTotal } from '../../../signals/node-metrics';
import { nodeEchoPorts, nodeWorkloads } from '../../../signals/node-model';
import { countSeries } from './counts';
import { isReady, list, pods } from './kubernetes';
import type { Fault } from './path-faults';
import type { StackUnderTest } from './stack-under-test';
import { eventually } from './wait';

/** What failed between nodes from one moment to another, in words, one per pair and reason; exact, as `failures` of the paths. */
export async function nodeFailures(
  prometheus: PrometheusApi,
  fromMs: number,
  toMs = Date.now(),
): Promise<string[]> {
  const series = await countSeries(prometheus, fromMs, toMs, '{outcome="failed"}', nodeProbesTotal);
  return series
    .filter(({ count }) => count > 0)
    .map(({ metric, count }) => {
      const { source_node = '', target_node = '', protocol = '', reason = '' } = metric;
      return `${source_node} → ${target_node} over ${protocol}: ${count} ${reason}`;
    });
}

/** Datagrams of one node's prober to another node's echo are dropped where they leave their pod, and no others. */
export function udpDropped(stack: StackUnderTest, source: string, target: string): Fault {
  let rule: string[] = [];
  const change = (how: '-I' | '-D') =>
    inside(labPaths(stack.lab).machine(source), ['iptables', '-w', '-t', 'raw', how, 'PREROUTING', ...rule]);
  return {
    make: async () => {
      const address = async (workload: string, node: string): Promise<string> => {
        const found = (await pods(stack, workload)).find(({ spec }) => spec.nodeName === node);
        if (found === undefined) throw new Error(`no pod of ${workload} on ${node}`);
        return found.status.podIP as string;
      };
      const from = await address(nodeWorkloads.prober, source);
      const to = await address(nodeWorkloads.echo, target);
      rule = ['-s', from, '-d', to, '-p', 'udp', '--dport', String(nodeEchoPorts.udp), '-j', 'DROP'];
      await change('-I');
    },
    heal: async () => {
      await change('-D');
    },
  };
}

/** Restarts a DaemonSet of the load's namespace and waits for the end of it, old pods included. */
export async function daemonsRestarted(stack: StackUnderTest, daemonSet: string): Promise<void> {
  const before = new Set((await pods(stack, daemonSet)).map(({ metadata }) => metadata.uid));
  await stack.kubectl('-n', 'continuous-load', 'rollout', 'restart', `daemonset/${daemonSet}`);
  await stack.kubectl(
    '-n',
    'continuous-load',
    'rollout',
    'status',
    `daemonset/${daemonSet}`,
    '--timeout=180s',
  );
  await eventually(`only new pods of ${daemonSet}`, { withinMs: 90_000 }, async () => {
    const found = await list(
      stack,
      '-n',
      'continuous-load',
      'pods',
      '-l',
      `app.kubernetes.io/name=${daemonSet}`,
    );
    const old = found.filter((pod) => before.has(pod.metadata.uid) || !isReady(pod));
    if (old.length > 0)
      throw new Error(`still there: ${old.map(({ metadata }) => metadata.name).join(', ')}`);
  });
}

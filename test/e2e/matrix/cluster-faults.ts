import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { monitoringName, namespaceNames, prometheusPort } from '../../../components/names';
import { hierarchies } from '../../../lab/cluster/cgroups';
import { setNodeConnected } from '../../../lab/cluster/lab';
import { inside } from '../../../lab/cluster/machine';
import { labPaths } from '../../../lab/cluster/spec';
import { echoPorts } from '../../../signals/targets';
import { isReady, list, pods, rolledOut, rollingRestart } from '../support/kubernetes';
import { labProcesses } from '../support/lab-processes';
import type { Fault } from '../support/path-faults';
import type { StackUnderTest } from '../support/stack-under-test';
import { eventually, report } from '../support/wait';
import type { Stage } from './row';

const nodes = ['node1', 'node2'] as const;

/** A node is cut off from every other machine. */
export function nodeCut(stack: StackUnderTest, node: (typeof nodes)[number]): Fault {
  return {
    make: () => setNodeConnected(stack.lab, node, false),
    heal: async () => {
      await setNodeConnected(stack.lab, node, true);
      await eventually('every node is ready', { withinMs: 60_000 }, async () => {
        const unready = (await list(stack, 'nodes')).filter((one) => !isReady(one));
        if (unready.length > 0) throw new Error(unready.map(({ metadata }) => metadata.name).join(', '));
      });
    },
  };
}

/** Pods of every hop on every node, before and after: a node that was gone has given its pods away. */
export function spread(stack: StackUnderTest): Stage {
  const again = async () => {
    for (const workload of ['source', 'target', 'echo', 'injector']) {
      const on = new Set((await pods(stack, workload)).map(({ spec }) => spec.nodeName as string));
      if (on.size < nodes.length) await rollingRestart(stack, workload);
    }
    const dns = await list(stack, '-n', 'kube-system', 'pods', '-l', 'k8s-app=kube-dns');
    if (new Set(dns.map(({ spec }) => spec.nodeName as string)).size < nodes.length) {
      await stack.kubectl('-n', 'kube-system', 'rollout', 'restart', 'deployment/coredns');
      await rolledOut(stack, 'coredns', undefined, 'kube-system');
    }
  };
  return { open: again, close: again };
}

/** Whatever the injectors push to Prometheus is swallowed on its way; nothing else is. */
export function pushesLost(stack: StackUnderTest): Fault {
  let sources: string[] = [];
  const everyNode = async (how: '-I' | '-D') => {
    for (const node of nodes)
      for (const source of sources) {
        const rule = [
          'PREROUTING',
          '-s',
          source,
          '-p',
          'tcp',
          '--dport',
          String(prometheusPort),
          '-j',
          'DROP',
        ];
        await inside(labPaths(stack.lab).machine(node), ['iptables', '-w', '-t', 'raw', how, ...rule]);
      }
  };
  return {
    make: async () => {
      sources = (await pods(stack, 'injector')).map(({ status }) => status.podIP as string);
      await everyNode('-I');
    },
    heal: () => everyNode('-D'),
  };
}

/** A share of the datagrams to echo is lost, each once: on the node of its sender, before it is on its way to a pod. */
export function datagramsLost(stack: StackUnderTest, share: number): Fault {
  let address = '';
  const everyNode = async (how: '-I' | '-D') => {
    for (const node of nodes) {
      const which = ['-d', address, '-p', 'udp', '--dport', String(echoPorts.udp)];
      const some = ['-m', 'statistic', '--mode', 'random', '--probability', String(share)];
      const rule = ['PREROUTING', ...which, ...some, '-j', 'DROP'];
      await inside(labPaths(stack.lab).machine(node), ['iptables', '-w', '-t', 'raw', how, ...rule]);
    }
  };
  return {
    make: async () => {
      const words = ['get', 'service', 'echo', '-o', 'jsonpath={.spec.clusterIP}'];
      address = (await stack.kubectl('-n', namespaceNames.load, ...words)).trim();
      await everyNode('-I');
    },
    heal: () => everyNode('-D'),
  };
}

/** Prometheus' pod is replaced. */
export function prometheusRestarted(stack: StackUnderTest): Fault {
  const inMonitoring = (...words: string[]) => stack.kubectl('-n', namespaceNames.monitoring, ...words);
  return {
    make: async () => {
      await inMonitoring('delete', 'pod', `prometheus-${monitoringName}-0`);
    },
    heal: async () => {
      const workload = `statefulset/prometheus-${monitoringName}`;
      await inMonitoring('rollout', 'status', workload, '--timeout=120s');
    },
  };
}

/** Alertmanager has no pod. */
export function noAlertmanager(stack: StackUnderTest): Fault {
  const replicas = async (count: number) => {
    const patch = `{"spec":{"replicas":${count}}}`;
    const words = ['patch', 'alertmanager', monitoringName, '--type=merge', '-p', patch];
    await stack.kubectl('-n', namespaceNames.monitoring, ...words);
  };
  return { make: () => replicas(0), heal: () => replicas(1) };
}

/** One injector gets only a share of the processor time that it needs. */
export function injectorStarved(stack: StackUnderTest, share: number): Fault {
  let undo: (() => void) | undefined;
  return {
    make: async () => {
      const process = labProcesses(stack.lab, 'node2').find(({ executable }) => executable === 'k6');
      if (!process) throw new Error('no injector runs on node2');
      const neededUs = await usedPerPeriod(process.pid);
      const quotaUs = Math.max(leastQuotaUs, Math.round(neededUs * share));
      report('the injector needs', `${(neededUs / 1000).toFixed(1)} ms of 100, gets ${quotaUs / 1000}`);
      undo = limit(processorCgroup(process.pid), quotaUs);
    },
    heal: () => {
      undo?.();
      return Promise.resolve();
    },
  };
}

/** The kernel refuses less (Documentation/scheduler/sched-bwc.rst). */
const leastQuotaUs = 1_000;

/** Directory, on the host, of the cgroup that limits a process's processor time (version 1 or 2). */
function processorCgroup(pid: number): string {
  for (const line of readFileSync(`/proc/${pid}/cgroup`, 'utf8').trim().split('\n')) {
    const [, controllers = '', path = ''] = line.split(':');
    for (const { version, options, mountPoint } of hierarchies()) {
      if (controllers !== (version === 2 ? '' : options)) continue;
      const directory = join(mountPoint, path);
      if (quotaFiles.some((file) => existsSync(join(directory, file)))) return directory;
    }
  }
  throw new Error(`process ${pid} is in no cgroup with a quota`);
}

const quotaFiles = ['cpu.max', 'cpu.cfs_quota_us'];

/** Processor time that a process uses per 100 ms, in microseconds, measured over ten seconds. */
async function usedPerPeriod(pid: number): Promise<number> {
  const measuredMs = 10_000;
  const before = processorMs(pid);
  await sleep(measuredMs);
  return ((processorMs(pid) - before) / measuredMs) * 100_000;
}

/** utime and stime of /proc/PID/stat, in ticks of 10 ms (proc_pid_stat(5)). */
function processorMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Sets the quota of each 100 ms, and returns what sets it back. */
function limit(cgroup: string, quotaUs: number): () => void {
  const unified = existsSync(join(cgroup, 'cpu.max'));
  const file = join(cgroup, unified ? 'cpu.max' : 'cpu.cfs_quota_us');
  const before = readFileSync(file, 'utf8').trim();
  writeFileSync(file, unified ? `${quotaUs} 100000` : String(quotaUs));
  return () => writeFileSync(file, before);
}

import { inside } from '../../../lab/cluster/machine';
import { labPaths } from '../../../lab/cluster/spec';
import { onlyProcess } from './lab-processes';
import { rolledOut, scale } from './kubernetes';
import type { StackUnderTest } from './stack-under-test';

/** A fault of the network or of a process: made, and taken back. */
export interface Fault {
  make(): Promise<void>;
  heal(): Promise<void>;
}

/** No pod of a workload of the load's namespace. */
export function noPods(stack: StackUnderTest, workload: string): Fault {
  return {
    make: () => scale(stack, workload, 0),
    heal: async () => {
      await scale(stack, workload, 2);
      await rolledOut(stack, workload);
    },
  };
}

/** No pod of the cluster's DNS. */
export function noDns(stack: StackUnderTest): Fault {
  const replicas = (count: number) =>
    stack.kubectl('-n', 'kube-system', 'scale', 'deployment/coredns', `--replicas=${count}`);
  return {
    make: async () => {
      await replicas(0);
    },
    heal: async () => {
      await replicas(2);
      await stack.kubectl('-n', 'kube-system', 'rollout', 'status', 'deployment/coredns', '--timeout=120s');
    },
  };
}

/** A packet filter on every node: the words of an iptables rule without `-I`, e.g. `['-t', 'raw', 'PREROUTING', …]`. */
export function filtered(
  stack: StackUnderTest,
  table: string,
  chain: string,
  ...rule: readonly string[]
): Fault {
  const everyNode = async (change: '-I' | '-D') => {
    for (const node of ['node1', 'node2'])
      await inside(labPaths(stack.lab).machine(node), [
        'iptables',
        '-w',
        '-t',
        table,
        change,
        chain,
        ...rule,
      ]);
  };
  return { make: () => everyNode('-I'), heal: () => everyNode('-D') };
}

/** A program of a machine of the lab stands still; with a flag where others run it too. */
export function frozen(stack: StackUnderTest, machine: string, program: string, flag?: string): Fault {
  let pid = 0;
  return {
    make: () => {
      pid = onlyProcess(stack.lab, machine, program, flag).pid;
      process.kill(pid, 'SIGSTOP');
      return Promise.resolve();
    },
    heal: () => {
      process.kill(pid, 'SIGCONT');
      return Promise.resolve();
    },
  };
}

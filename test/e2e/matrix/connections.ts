import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { command } from '../../../lab/command';
import { machineProcess } from '../../../lab/cluster/machine';
import { labPaths } from '../../../lab/cluster/spec';
import { pods, type KubernetesObject } from '../support/kubernetes';
import { labProcesses } from '../support/lab-processes';
import type { Fault } from '../support/path-faults';
import type { StackUnderTest } from '../support/stack-under-test';
import { report } from '../support/wait';

/** A peer of an established connection. */
export interface Peer {
  readonly address: string;
  readonly port: number;
}

/** Every stream, and every kept connection of a probe, sends something within this time. */
const sendsWithinMs = 5_000;
/** State of an established connection in /proc/net/tcp (include/net/tcp_states.h). */
const established = '01';

/** Peers of the established connections to a port, from the text of /proc/PID/net/tcp or tcp6 (proc_pid_net_tcp(5)); IPv4 only, also where it is mapped into IPv6. */
export function establishedPeers(text: string, localPort: number): Peer[] {
  return text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = '', , state]) => state === established && portOf(local) === localPort)
    .map(([, , remote = '']) => ({ address: addressOf(remote), port: portOf(remote) }));
}

function portOf(endpoint: string): number {
  return parseInt(endpoint.split(':')[1] ?? '', 16);
}

/** The last four bytes, little-endian. */
function addressOf(endpoint: string): string {
  const hex = endpoint.split(':')[0]?.slice(-8) ?? '';
  return (hex.match(/../g) ?? [])
    .reverse()
    .map((byte) => parseInt(byte, 16))
    .join('.');
}

/** Ports of one workload. */
export interface Listening {
  readonly workload: string;
  readonly ports: readonly number[];
}

/**
 * Every connection that is open now to these ports is answered by a reset at its next packet, as by a middlebox that has forgotten it;
 * new ones are not touched. In the pod's own network: from a node's FORWARD chain a reset does not get back to the client.
 */
export function connectionsReset(stack: StackUnderTest, listening: readonly Listening[]): Fault {
  return {
    make: async () => {
      const undo = await Promise.all(
        listening.map(async ({ workload, ports }) =>
          Promise.all((await pods(stack, workload)).map(async (pod) => forget(stack, pod, ports))),
        ),
      );
      await sleep(sendsWithinMs);
      for (const each of undo.flat()) await each();
    },
    heal: () => Promise.resolve(),
  };
}

/** {@link connectionsReset} again and again until it is healed. */
export function connectionsResetEvery(
  stack: StackUnderTest,
  periodMs: number,
  listening: readonly Listening[],
): Fault {
  const reset = connectionsReset(stack, listening);
  let timer: NodeJS.Timeout | undefined;
  let last: Promise<void> = Promise.resolve();
  const cut = () => {
    last = reset.make().catch((error: unknown) => report('a cut failed', String(error)));
  };
  return {
    make: () => {
      cut();
      timer = setInterval(cut, periodMs);
      return Promise.resolve();
    },
    heal: async () => {
      clearInterval(timer);
      await last;
    },
  };
}

/** Has the connections of one pod reset, and returns what ends that. */
async function forget(
  stack: StackUnderTest,
  pod: KubernetesObject,
  ports: readonly number[],
): Promise<() => Promise<void>> {
  const machine = labPaths(stack.lab).machine(pod.spec.nodeName as string);
  const member = labProcesses(stack.lab, pod.spec.nodeName as string).find(({ pid }) =>
    readFileSync(`/proc/${pid}/cgroup`, 'utf8').replaceAll('_', '-').includes(pod.metadata.uid),
  );
  const node = machineProcess(machine);
  if (!member || !node) throw new Error(`no process of ${pod.metadata.name} is found`);
  const rules = ports.flatMap((port) =>
    ['tcp', 'tcp6'].flatMap((file) =>
      establishedPeers(readFileSync(`/proc/${member.pid}/net/${file}`, 'utf8'), port).map((peer) => [
        ...['INPUT', '-p', 'tcp', '-s', peer.address, '--sport', String(peer.port), '--dport', String(port)],
        ...['-j', 'REJECT', '--reject-with', 'tcp-reset'],
      ]),
    ),
  );
  // the node's programs in the pod's network
  const enter = ['-t', String(node.pid), '--mount', '--root', '--wdns=/', `--net=/proc/${member.pid}/ns/net`];
  const change = async (how: '-I' | '-D') => {
    for (const rule of rules) await command('nsenter', [...enter, 'iptables', '-w', how, ...rule]);
  };
  await change('-I');
  return () => change('-D');
}

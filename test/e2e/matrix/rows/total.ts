import { type Fault, filtered, frozen, noDns, noPods } from '../../support/path-faults';
import type { StackUnderTest } from '../../support/stack-under-test';
import { echoPorts, podinfoPorts } from '../../../../signals/targets';
import type { FaultRow, Round } from '../row';
import { answering, dnsStandIn, targetStandIn } from '../stand-ins';
import { down, named, noEcho, noName, on, overBytes, streams, targetAnswers, tcpTo } from './words';

/** Something that a path needs is gone, or answers nothing that is right. */
export function totalRounds(stack: StackUnderTest): Round[] {
  const target = targetStandIn(stack);
  const dns = dnsStandIn(stack);
  const ofDns = (id: string, name: string, fault: Fault, reason: string): FaultRow => ({
    ...{ id, name, fault, stage: dns, told: [down('dns')], fails: on(['dns'], [reason]) },
    touched: on([...named, ...streams], noName),
  });
  return [
    {
      when: 'ci',
      lanes: [
        [
          {
            id: 'udp-dropped',
            name: 'UDP datagrams dropped',
            fault: filtered(stack, 'raw', 'PREROUTING', '-p', 'udp', '--dport', '9007', '-j', 'DROP'),
            told: [down('udp')],
            fails: on(['udp'], ['loss']),
          },
        ],
        [
          {
            id: 'websocket-refused',
            name: 'WebSocket port refused',
            fault: filtered(stack, 'filter', 'FORWARD', ...tcpTo(echoPorts.http), '-j', 'REJECT'),
            told: [down('websocket')],
            // a refusal by ICMP does not end an open stream, it only becomes silent
            fails: on(['websocket'], ['connect', 'silence', 'reset']),
          },
        ],
        [
          {
            id: 'api-server-paused',
            name: 'API server paused',
            fault: frozen(stack, 'cp', 'kube-apiserver'),
            lastsSeconds: 20,
            told: [down('api-server')],
            fails: on(['api-server'], ['timeout', 'reset']),
          },
        ],
      ],
    },
    {
      when: 'ci',
      lanes: [
        [
          {
            id: 'tcp-black-hole',
            name: 'TCP swallowed by a black hole',
            fault: filtered(stack, 'raw', 'PREROUTING', ...tcpTo(echoPorts.tcp), '-j', 'DROP'),
            told: [down('tcp')],
            fails: on(['tcp'], ['timeout', 'silence']),
          },
        ],
        [
          {
            id: 'grpc-refused',
            name: 'gRPC port refused',
            fault: filtered(stack, 'filter', 'FORWARD', ...tcpTo(podinfoPorts.grpc), '-j', 'REJECT'),
            told: [down('grpc')],
            fails: on(['grpc'], ['connect', 'reset', 'grpc-unavailable', 'grpc-deadline']),
          },
        ],
      ],
    },
    {
      when: 'ci',
      lanes: [
        [
          {
            id: 'echo-gone',
            name: 'echo gone',
            fault: noPods(stack, 'echo'),
            told: [down('tcp')],
            fails: on(['tcp'], noEcho),
            // down too, and told by the page of tcp
            touched: on([...streams, 'udp'], noEcho),
          },
        ],
        [targetAnswers(target, 'target-500', '500', { status: 500 }, 'status')],
      ],
    },
    {
      when: 'ci',
      lanes: [
        [
          {
            id: 'dns-gone',
            name: 'CoreDNS gone',
            fault: noDns(stack),
            told: [down('dns')],
            fails: on(['dns'], ['connect', 'timeout']),
            // fresh connections need a name, kept ones and open streams do not
            touched: on(named, noName),
          },
        ],
      ],
    },
    {
      when: 'all',
      lanes: [
        [
          ofDns('dns-wrong', 'CoreDNS answers wrong', answering(dns, { wrong: true }), 'answer'),
          ofDns('dns-late', 'CoreDNS answers after 3 s', answering(dns, { delayMs: 3000 }), 'timeout'),
          {
            id: 'large-packets',
            name: 'TCP packets over 1 400 bytes swallowed',
            fault: filtered(
              stack,
              'raw',
              'PREROUTING',
              ...tcpTo(echoPorts.tcp),
              ...overBytes(1400),
              '-j',
              'DROP',
            ),
            told: [down('tcp')],
            fails: on(['tcp'], ['silence']),
            note: 'connections are made, as their first packets are small: an MTU that is too small on the way looks so',
          },
        ],
      ],
    },
  ];
}

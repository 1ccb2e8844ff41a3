import type { StackUnderTest } from '../../support/stack-under-test';
import type { PathName } from '../../../../signals/paths';
import { echoPorts } from '../../../../signals/targets';
import { noPods } from '../../support/path-faults';
import { datagramsLost, nodeCut, spread } from '../cluster-faults';
import { connectionsReset, connectionsResetEvery } from '../connections';
import type { Round, Stage } from '../row';
import { answering, targetStandIn } from '../stand-ins';
import {
  bypassed,
  down,
  everyPath,
  everyPort,
  fastBurn,
  halfGone,
  on,
  streams,
  targetAnswers,
} from './words';

/** A part of a path, or of the time, is bad. */
export function partialRounds(stack: StackUnderTest): Round[] {
  const target = targetStandIn(stack);
  return [
    {
      when: 'ci',
      lanes: [
        [
          {
            id: 'connections-reset',
            name: 'every established connection reset, once',
            fault: connectionsReset(stack, everyPort),
            told: [],
            fails: on(['tcp', 'service'], ['reset']),
            touched: on(['grpc', ...streams], ['reset', 'closed', 'grpc-unavailable']),
            note: 'a call on a connection that is reset fails once, as it may not be repeated; the next one is on a new connection.',
          },
        ],
      ],
    },
    {
      when: 'all',
      fresh: true,
      lanes: [
        [
          {
            id: 'target-30-percent',
            name: 'target answers 30 % with 500',
            fault: answering(target, { status: 500, ofTen: 3 }),
            stage: target,
            told: [fastBurn('service', 270)],
            fails: [{ path: 'service', reasons: ['status'], hop: '2' }],
            mayTell: bypassed,
            endsWithinSeconds: 540,
            note: '14.4 × 0.1 % of an hour are 207 failed probes, which 1.2 a second make in 173 s; ends when five minutes hold few enough.',
          },
          targetAnswers(target, 'target-418', '418', { status: 418 }, 'status'),
          targetAnswers(target, 'target-wrong', 'another text', { wrong: true }, 'body'),
          targetAnswers(target, 'target-late', 'after 3 s', { delayMs: 3000 }, 'timeout'),
        ],
        [
          {
            id: 'websocket-cut',
            name: 'every WebSocket cut once a minute',
            fault: connectionsResetEvery(stack, 60_000, [{ workload: 'echo', ports: [echoPorts.http] }]),
            told: [{ alert: 'StreamInterrupted', path: 'websocket', kind: 'ticket', withinSeconds: 1200 }],
            fails: [],
            touched: on(['websocket'], ['reset', 'connect', 'silence']),
            endsWithinSeconds: 'later',
            note: 'two streams make 30 interruptions in a quarter of an hour; it ends when an hour holds fewer again.',
          },
        ],
      ],
    },
    {
      when: 'all',
      fresh: true,
      lanes: [
        [
          {
            id: 'target-slow',
            name: 'target answers rightly after 200 ms',
            fault: answering(target, { delayMs: 200 }),
            stage: target,
            told: [{ alert: 'LatencyBurn', path: 'service', kind: 'ticket', withinSeconds: 640 }],
            fails: [],
            mayTell: [...bypassed, 'ServerSlow'],
            endsWithinSeconds: 540,
            note: '14.4 × 1 % of an hour are 518 s in which every answer is late; no probe fails, so nobody is woken.',
          },
        ],
      ],
    },
    {
      when: 'all',
      fresh: true,
      lanes: [
        [
          {
            id: 'source-gone',
            name: 'source gone',
            fault: noPods(stack, 'source'),
            told: [down('service')],
            fails: [{ path: 'service', reasons: ['connect', 'timeout', 'reset'], hop: '1' }],
            note: 'one probe in four goes to target directly and stays good: whether the path is down is said by those that go the whole way.',
          },
        ],
      ],
    },
    {
      when: 'all',
      fresh: true,
      lanes: [
        [
          {
            id: 'udp-5-percent',
            name: '5 % of the UDP datagrams lost',
            fault: datagramsLost(stack, 0.05),
            stage: scaled(stack, 'udp', 60),
            told: [fastBurn('udp', 360)],
            fails: on(['udp'], ['loss']),
            // what an `up` costs is late too, and a window of minutes is soon full of it
            mayTell: ['LatencyBurn'],
            endsWithinSeconds: 300,
            note: 'ten times the budget of 99.5 %: less than 14.4, more than 6, so it pages after 3 h 36 min of six hours; here on a test time scale of 60.',
          },
        ],
      ],
    },
    {
      when: 'all',
      fresh: true,
      lanes: [
        [
          {
            id: 'node-cut',
            name: 'node 2 cut off the network',
            fault: nodeCut(stack, 'node2'),
            stage: spread(stack),
            told: [{ alert: 'NodeNotReady', kind: 'ticket', withinSeconds: 240 }],
            fails: on(['service'], halfGone),
            touched: [
              ...on(
                everyPath.filter((path) => path !== 'api-server'),
                halfGone,
              ),
              // the token of an injector that was given up is refused until it ends: counted by it, and in no figure
              ...on(['api-server'], [...halfGone, 'status']),
            ],
            endsWithinSeconds: 300,
            note: 'until the node counts as gone. What the injector on it lost it can tell only when it is back; its pod is deleted by then, and the `status` of `api-server` is its refused token, which no figure has.',
          },
        ],
      ],
    },
  ];
}

/**
 * Burn windows of a path shorter by a factor, which is said where it is used. The other paths promise less for so long: their rates are too
 * low for windows of a minute, and such a config is refused.
 */
function scaled(stack: StackUnderTest, path: PathName, timeScale: number): Stage {
  return {
    open: async () => {
      const others = stack.model().paths.filter(({ name }) => name !== path);
      const loosened = others.flatMap(({ name }) => ['--set', `paths.${name}.availability=99`]);
      await stack.up('--set', `testTimeScale=${timeScale}`, ...loosened);
    },
    close: async () => {
      await stack.up();
    },
  };
}

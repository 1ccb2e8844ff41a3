import type { StackUnderTest } from '../../support/stack-under-test';
import { injectorStarved, noAlertmanager, prometheusRestarted, pushesLost } from '../cluster-faults';
import type { Round } from '../row';

/** What measures and tells is broken; the paths are well. */
export function meterRounds(stack: StackUnderTest): Round[] {
  return [
    {
      when: 'all',
      lanes: [
        [
          {
            id: 'otlp-gone',
            name: 'OTLP endpoint gone for 60 s',
            fault: pushesLost(stack),
            told: [],
            lastsSeconds: 60,
            fails: [],
            whole: true,
            note: 'counters catch up: every probe of the minute is counted after it.',
          },
          {
            id: 'prometheus-restarted',
            name: 'Prometheus restarted',
            fault: prometheusRestarted(stack),
            told: [],
            fails: [],
            whole: true,
          },
        ],
      ],
    },
    {
      when: 'all',
      // what rows before it left in windows of a quarter of an hour is told while this one lasts
      fresh: true,
      lanes: [
        [
          {
            id: 'injector-starved',
            name: 'an injector starved of CPU',
            fault: injectorStarved(stack, 0.4),
            told: [{ alert: 'ProberErrors', path: 'service', kind: 'ticket', withinSeconds: 300 }],
            fails: [],
            mayTell: ['ProberErrors', 'ProbesDropped', 'ProbesShort', 'InjectorSaturated', 'InjectorSilent'],
            endsWithinSeconds: 600,
            note: 'what it is late with belongs in outcome `error`, which burns nothing.',
          },
        ],
      ],
    },
    {
      when: 'all',
      lanes: [
        [
          {
            id: 'alertmanager-gone',
            name: 'Alertmanager gone',
            fault: noAlertmanager(stack),
            told: [
              { alert: 'AlertmanagerUnreachable', kind: 'ticket', withinSeconds: 480, seenIn: 'prometheus' },
            ],
            fails: [],
            mayTell: ['AlertmanagerUnreachable'],
            note: 'fires in Prometheus only; whom it concerns hears of it from the dead man’s switch, whose heartbeat stops.',
          },
        ],
      ],
    },
  ];
}

import type { AlertName } from '../../../signals/alert-catalogue';

/** Tickets about time alone: on a machine whose host gives its CPUs to others they are true, and no fault of what is tested. */
const aboutTime: readonly AlertName[] = [
  ...([
    'LatencyBurn',
    'ProbesShort',
    'ProbesDropped',
    'ProberErrors',
    'InjectorSaturated',
    'CpuThrottled',
  ] as const),
  ...(['ServerSlow', 'DnsServerSlow', 'GatewaySlow', 'MeshSlow', 'MeshConvergenceSlow'] as const),
  ...(['ServerTraffic', 'GatewayTraffic', 'EchoTraffic', 'MeshTraffic'] as const),
  ...(['ScrapeTargetDown', 'RulesLate', 'LongTermStoreBehind'] as const),
];

/** From this share of stolen CPU time on, in the time that such an alert looks back on. */
const stolenFrom = 0.1;
const looksBackMs = 600_000;
/** The end of one may be told so much after its cause has ended. */
const endsMs = 1_800_000;

/**
 * A ticket that says that the machine was too busy to probe in time. On a machine that others load too it is true, and no fault of what is
 * tested; that no probe was in error for another reason than `lag` is asserted apart, by `calm`.
 */
export const busyMachine = /^ProberErrors [\w-]+ ticket (firing|resolved)$/;

/** Whether a notification, in words and at its moment, is explained by a slow machine, given what share was stolen from it between two moments. */
export function isOfSlowMachine(
  words: string,
  atMs: number,
  stolenBetween: (fromMs: number, toMs: number) => number,
): boolean {
  if (busyMachine.test(words)) return true;
  const [alert, , severity, state] = words.split(' ');
  const backMs = state === 'resolved' ? looksBackMs + endsMs : looksBackMs;
  // window by window, as over all the time to a late end a burst is too short to show
  const windows = Array.from({ length: backMs / looksBackMs }, (_, i) => atMs - i * looksBackMs);
  return (
    severity === 'ticket' &&
    (aboutTime as readonly (string | undefined)[]).includes(alert) &&
    windows.some((endMs) => stolenBetween(endMs - looksBackMs, endMs) >= stolenFrom)
  );
}

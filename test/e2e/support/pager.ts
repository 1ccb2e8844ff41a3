import { existsSync, readFileSync } from 'node:fs';
import { labPaths } from '../../../lab/cluster/spec';

/** One alert in a notification. */
export interface NotifiedAlert {
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
}

/** One POST of Alertmanager's webhook (version 4), as the lab's pager received it. */
export interface Notification {
  readonly timeMs: number;
  readonly status: 'firing' | 'resolved';
  readonly alerts: readonly NotifiedAlert[];
}

/** What the pager of a lab received, oldest first; with `sinceMs` only from that moment on. */
export function notifications(lab: string, sinceMs = 0): Notification[] {
  const file = labPaths(lab).notifications;
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { time, body } = JSON.parse(line) as { time: string; body: Omit<Notification, 'timeMs'> };
      return { timeMs: Date.parse(time), status: body.status, alerts: body.alerts };
    })
    .filter(({ timeMs }) => timeMs >= sinceMs);
}

/** A notification in a few words, for comparing and for messages: `PathDown service page firing`. */
export function inWords({ alerts }: Notification): string {
  return alerts
    .map(
      ({ status, labels }) =>
        `${labels['alertname'] ?? '?'} ${labels['path'] ?? '-'} ${labels['severity'] ?? '-'} ${status}`,
    )
    .sort()
    .join(' + ');
}

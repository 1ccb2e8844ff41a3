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

/** An alert of a notification in a few words: `PathDown service page firing`. */
export function alertInWords({ status, labels }: NotifiedAlert): string {
  return `${labels['alertname'] ?? '?'} ${labels['path'] ?? '-'} ${labels['severity'] ?? '-'} ${status}`;
}

/** A notification in a few words, for comparing and for messages: `PathDown service page firing`. */
export function inWords({ alerts }: Notification): string {
  return alerts.map(alertInWords).sort().join(' + ');
}

/** What changed with each notification: alerts of a group that were told before are not news, though they are told again. */
export function news(lab: string): { readonly timeMs: number; readonly words: readonly string[] }[] {
  const state = new Map<string, string>();
  return notifications(lab).map(({ timeMs, alerts }) => ({
    timeMs,
    words: alerts
      .filter(({ labels, status }) => {
        const name = JSON.stringify(Object.entries(labels).sort());
        const before = state.get(name) ?? 'resolved';
        state.set(name, status);
        return before !== status;
      })
      .map(alertInWords),
  }));
}

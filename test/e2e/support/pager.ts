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
  return told(notifications(lab)).map(({ notification: { timeMs, alerts }, before }) => ({
    timeMs,
    words: alerts
      .filter(({ status }, index) => (before[index]?.status ?? 'resolved') !== status)
      .map(alertInWords),
  }));
}

/** Alerts in words that were told as firing from a moment on, and not as ended since. */
export function stillOpen(lab: string, sinceMs = 0): string[] {
  const last = new Map(
    notifications(lab, sinceMs).flatMap(({ alerts }) =>
      alerts.map((alert) => [nameOf(alert), alert] as const),
    ),
  );
  return [...last.values()].filter(({ status }) => status === 'firing').map(alertInWords);
}

/** A notification in which nothing was new. */
export interface Retold {
  readonly timeMs: number;
  /** When the last of its alerts had been told in the state that it has. */
  readonly toldMs: number;
  readonly words: string;
}

/**
 * Notifications of which every alert had been told before in the state that it has, oldest first. That an alert is over which was never
 * told (it came and went between two notifications of its group) is no repetition: Alertmanager says it with what else its group has to say.
 */
export function retold(all: readonly Notification[]): Retold[] {
  return told(all).flatMap(({ notification, before }) => {
    const { timeMs, alerts } = notification;
    const known = alerts.flatMap(({ status }, index) => {
      const last = before[index];
      return last?.status === status ? [last.sinceMs] : [];
    });
    return known.length < alerts.length || alerts.length === 0
      ? []
      : [{ timeMs, toldMs: Math.max(...known), words: inWords(notification) }];
  });
}

/** The state in which an alert was told last, and when it was first told in it. */
interface LastTold {
  readonly status: NotifiedAlert['status'];
  readonly sinceMs: number;
}

/** Notifications, each with what had been told of each of its alerts before. */
function told(
  all: readonly Notification[],
): { readonly notification: Notification; readonly before: readonly (LastTold | undefined)[] }[] {
  const last = new Map<string, LastTold>();
  return all.map((notification) => ({
    notification,
    before: notification.alerts.map((alert) => {
      const name = nameOf(alert);
      const before = last.get(name);
      if (before?.status !== alert.status)
        last.set(name, { status: alert.status, sinceMs: notification.timeMs });
      return before;
    }),
  }));
}

/** What tells an alert from every other. */
function nameOf({ labels }: NotifiedAlert): string {
  return JSON.stringify(Object.entries(labels).sort());
}

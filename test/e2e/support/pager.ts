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
      .filter((alert) => {
        const before = state.get(nameOf(alert)) ?? 'resolved';
        state.set(nameOf(alert), alert.status);
        return before !== alert.status;
      })
      .map(alertInWords),
  }));
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
  const last = new Map<string, { readonly status: string; readonly timeMs: number }>();
  return all.flatMap((notification) => {
    const { timeMs, alerts } = notification;
    const before = alerts.map((alert) => {
      const name = nameOf(alert);
      const told = last.get(name);
      if (told?.status !== alert.status) last.set(name, { status: alert.status, timeMs });
      return told?.status === alert.status ? told.timeMs : undefined;
    });
    const known = before.filter((moment) => moment !== undefined);
    return known.length < alerts.length || alerts.length === 0
      ? []
      : [{ timeMs, toldMs: Math.max(...known), words: inWords(notification) }];
  });
}

/** What tells an alert from every other. */
function nameOf({ labels }: NotifiedAlert): string {
  return JSON.stringify(Object.entries(labels).sort());
}

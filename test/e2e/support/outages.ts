import { attemptedAtLeast } from '../../../signals/expressions';
import { downWindowSeconds } from '../../../signals/windows';
import { byOutcome, countCertain, type SeriesCount } from './counts';
import { expectToo } from './expected';
import { alertInWords, type NotifiedAlert, notifications } from './pager';
import type { StackUnderTest } from './stack-under-test';
import { eventually, report, seconds } from './wait';

/** A sample is up to an export old when it comes, and the evaluation up to so much older than the alert's beginning. */
const lateMs = 2_500;

/**
 * Asks for the pages of *path down* that came since a moment, and for their ends, and asserts that each is true: by the raw counters no
 * probe of its path that went the whole way was good in the window before it began. For faults of which chance decides what they hit: with one of two nodes dead, every new
 * connection of a path finds the dead pod with a share that some paths lose long enough to be down.
 */
export async function expectTrueOutages(stack: StackUnderTest, sinceMs: number): Promise<void> {
  const alerts = await eventually('the end of every page of a path', { withinMs: 120_000 }, () => {
    const told = pagesOfPaths(stack.lab, sinceMs);
    const count = (status: string) => told.filter((alert) => alert.status === status).length;
    expect(count('resolved')).toBe(count('firing'));
    return told;
  });
  expectToo(...alerts.map(alertInWords));
  for (const alert of alerts.filter(({ status }) => status === 'firing'))
    await expectTrue(stack, alert, sinceMs);
}

/** What was told of *path down*, each once: a notification repeats what others of its group said. */
function pagesOfPaths(lab: string, sinceMs: number): NotifiedAlert[] {
  const told = notifications(lab, sinceMs)
    .flatMap((notification) => notification.alerts)
    .filter(({ labels }) => labels['alertname'] === 'PathDown')
    .map((alert) => [`${alertInWords(alert)} ${alert.startsAt}`, alert] as const);
  return [...new Map(told).values()];
}

async function expectTrue(stack: StackUnderTest, alert: NotifiedAlert, sinceMs: number): Promise<void> {
  const model = stack.model();
  const path = model.paths.find(({ name }) => name === alert.labels['path']);
  if (!path)
    throw new Error(`a page of ${alert.labels['path'] ?? 'no path'}, which the stack does not probe`);
  const beganMs = Date.parse(alert.startsAt);
  const counts = await countCertain(
    stack.prometheus(),
    beganMs - downWindowSeconds(model, path) * 1000,
    beganMs - lateMs,
    `{path="${path.name}"}`,
  );
  const { ok, slow } = byOutcome(counts.filter(wentTheWholeWay));
  const { failed } = byOutcome(counts);
  const words = alertInWords(alert);
  report(
    words,
    `${ok + slow} good, ${failed} failed before it, ${seconds(beganMs - sinceMs)} after the fault`,
  );
  expect({ words, good: ok + slow }).toEqual({ words, good: 0 });
  expect(failed).toBeGreaterThan(attemptedAtLeast(model, path) / 2);
}

/** Probes that call only the last hop do not say that a path is up. */
function wentTheWholeWay({ metric }: SeriesCount): boolean {
  return (metric['hop'] ?? '') === '';
}

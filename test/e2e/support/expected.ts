import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { alertInWords, inWords, news, notifications, type Notification } from './pager';
import { resultFile } from './stack-under-test';
import { report } from './wait';

const file = () => resultFile('expected-notifications.json');
const laterFile = () => resultFile('still-to-come.json');

/** Every notification that the suites so far have asked for, in order and in words. */
export function expectedSoFar(): string[] {
  return existsSync(file()) ? (JSON.parse(readFileSync(file(), 'utf8')) as string[]) : [];
}

/** Notes that a suite has caused, and seen, a notification. */
export function expectToo(...words: string[]): void {
  writeFileSync(file(), JSON.stringify([...expectedSoFar(), ...words], null, 1));
}

/** Notes a notification that may come at any time from now on, as nobody waits for it. */
export function mayStillCome(words: string): void {
  writeFileSync(laterFile(), JSON.stringify([...stillToCome(), words], null, 1));
}

/** Notifications that need not have come yet. */
export function stillToCome(): string[] {
  return existsSync(laterFile()) ? (JSON.parse(readFileSync(laterFile(), 'utf8')) as string[]) : [];
}

/**
 * A ticket that says that the machine was too busy to probe in time. On a machine that others load too it is true, and no fault of what is
 * tested; that no probe was in error for another reason than `lag` is asserted apart, by `calm`.
 */
export const busyMachine = /^ProberErrors [\w-]+ ticket (firing|resolved)$/;

/** Asserts that the pager of a lab received what the suites asked for since it was made, and nothing else. */
export function onlyExpectedWasNotified(lab: string): void {
  const words = news(lab).flatMap((one) => one.words);
  const came = words.filter((word) => busyMachine.test(word));
  if (came.length > 0) report('came too, and may', came.join(', '));
  const rest = words.filter((word) => !busyMachine.test(word));
  const toldToo = without(without(rest, expectedSoFar()), stillToCome());
  const notTold = without(expectedSoFar(), rest);
  // one test fails by it, not every later one too
  expectToo(...toldToo);
  expect({ toldToo, notTold }).toEqual({ toldToo: [], notTold: [] });
}

/** Words without others, each taken away once. */
export function without(words: readonly string[], others: readonly string[]): string[] {
  const left = [...words];
  for (const other of others) {
    const at = left.indexOf(other);
    if (at >= 0) left.splice(at, 1);
  }
  return left.sort();
}

/** The first notification since a moment that has an alert with exactly these words; throws with what there is instead. */
export function notified(lab: string, sinceMs: number, words: string): Notification {
  const since = notifications(lab, sinceMs);
  const found = since.find(({ alerts }) => alerts.some((alert) => alertInWords(alert) === words));
  if (!found)
    throw new Error(`no "${words}"; notified so far: ${since.map(inWords).join(', ') || 'nothing'}`);
  return found;
}

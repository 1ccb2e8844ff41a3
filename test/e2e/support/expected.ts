import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { alertInWords, inWords, news, notifications, stillOpen, type Notification } from './pager';
import { busyMachine, isOfSlowMachine } from './slow-machine';
import { resultFile } from './stack-under-test';
import { stolenBetween } from './stolen';
import { eventually, report } from './wait';

/** Longer than any ticket or page of a fault that is over stays open: its window, the time it is kept, and the next notification of its group. */
const failedTryEndsMs = 360_000;

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
 * Takes for expected what a try of a test that failed was told since it began, once all of that has ended: the next try begins with nothing that
 * fires, and is not refused for what the first one set off.
 */
export async function settleFailedTry(lab: string, fromMs: number): Promise<void> {
  const ends = { withinMs: failedTryEndsMs, everyMs: 2_000 };
  await eventually('the end of what a failed try set off', ends, () => {
    const open = stillOpen(lab, fromMs).filter((words) => !busyMachine.test(words));
    if (open.length > 0) throw new Error(open.join(', '));
  }).catch(triedAllTheSame);
  const toldToo = unexpectedSoFar(lab);
  if (toldToo.length > 0) report('told in the failed try', toldToo.join(', '));
  expectToo(...toldToo);
}

/** Says why a test is tried again although what should have ended first has not. */
export function triedAllTheSame(error: unknown): void {
  report('tried again all the same', error instanceof Error ? error.message : String(error));
}

/** What the pager of a lab received and no suite asked for, but for what a slow machine explains. */
function unexpectedSoFar(lab: string): string[] {
  const asked = [...expectedSoFar(), ...stillToCome()];
  const unasked = saidSoFar(lab).filter(({ words }) => {
    const at = asked.indexOf(words);
    if (at >= 0) asked.splice(at, 1);
    return at < 0;
  });
  const excused = unasked.filter(({ words, timeMs }) => isOfSlowMachine(words, timeMs, stolenBetween));
  if (excused.length > 0) report('came too, and may', excused.map(({ words }) => words).join(', '));
  return unasked
    .filter((one) => !excused.includes(one))
    .map(({ words }) => words)
    .sort();
}

function saidSoFar(lab: string): { readonly words: string; readonly timeMs: number }[] {
  return news(lab).flatMap(({ timeMs, words }) => words.map((each) => ({ words: each, timeMs })));
}

/** Asserts that the pager of a lab received what the suites asked for since it was made, and nothing else. */
export function onlyExpectedWasNotified(lab: string): void {
  const toldToo = unexpectedSoFar(lab);
  const said = saidSoFar(lab).map(({ words }) => words);
  const notTold = without(expectedSoFar(), said);
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

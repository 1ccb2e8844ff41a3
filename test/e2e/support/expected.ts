import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { inWords, notifications, type Notification } from './pager';
import { resultFile } from './stack-under-test';

const file = () => resultFile('expected-notifications.json');

/** Every notification that the suites so far have asked for, in order and in words. */
export function expectedSoFar(): string[] {
  return existsSync(file()) ? (JSON.parse(readFileSync(file(), 'utf8')) as string[]) : [];
}

/** Notes that a suite has caused, and seen, a notification. */
export function expectToo(...words: string[]): void {
  writeFileSync(file(), JSON.stringify([...expectedSoFar(), ...words], null, 1));
}

/** Asserts that the pager of a lab received what the suites asked for since it was made, and nothing else. */
export function onlyExpectedWasNotified(lab: string): void {
  expect(notifications(lab).map(inWords)).toEqual(expectedSoFar());
}

/** The first notification since a moment with exactly these words; throws with what there is instead. */
export function notified(lab: string, sinceMs: number, words: string): Notification {
  const since = notifications(lab, sinceMs);
  const found = since.find((notification) => inWords(notification) === words);
  if (!found)
    throw new Error(`no "${words}"; notified so far: ${since.map(inWords).join(', ') || 'nothing'}`);
  return found;
}

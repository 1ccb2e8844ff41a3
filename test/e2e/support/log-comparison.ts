import { byOutcome, type SeriesCount, sum } from './counts';
import type { SeenProbes } from './request-ids';

/** What an injector counted of its probes over one kind of connection. */
export interface CountedProbes {
  readonly good: number;
  readonly failed: number;
  /** Of those failed: on the way to source. */
  readonly failedAtFirstHop: number;
  /** Of those failed: not answered in time. */
  readonly timedOut: number;
  /** Late by the injector's own fault, whether they were sent or not. */
  readonly error: number;
}

/** The counts of some series of the path `service`. */
export function probesCounted(series: readonly SeriesCount[]): CountedProbes {
  const { ok, slow, failed, error } = byOutcome(series);
  const failedWith = (label: string, value: string) =>
    sum(series.filter(({ metric }) => metric['outcome'] === 'failed' && metric[label] === value));
  return {
    good: ok + slow,
    failed,
    failedAtFirstHop: failedWith('hop', '1'),
    timedOut: failedWith('reason', 'timeout'),
    error,
  };
}

/** How many probes were sent by the servers' logs, less those counted. */
export function notCounted(seen: SeenProbes, { good, failed, error }: CountedProbes): number {
  return seen.arrived + seen.holes - (good + failed + error);
}

/** How many more than seen may have been counted: none but those that no server can know of. */
export function unseen({ users }: SeenProbes, { failedAtFirstHop, error }: CountedProbes): number {
  return failedAtFirstHop + error + users;
}

/**
 * Where what an injector counted cannot be what the servers saw, in words; empty when every probe was counted once, and rightly. `underWay` is how
 * many it may have had under way when it ended: k6 gives those up and counts them nowhere.
 */
export function contradictions(seen: SeenProbes, counted: CountedProbes, underWay: number): string[] {
  const missing = notCounted(seen, counted);
  const notGood = seen.answered - counted.good;
  const problems: [boolean, string][] = [
    [missing > underWay, `${missing} sent that were not counted`],
    [-missing > unseen(seen, counted), `${-missing} counted that were not sent`],
    [notGood < 0, `${-notGood} counted as good that were not answered`],
    [
      notGood > underWay + counted.error + counted.timedOut,
      `${notGood} answered that were not counted as good`,
    ],
  ];
  return problems.filter(([wrong]) => wrong).map(([, words]) => words);
}

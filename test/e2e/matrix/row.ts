import type { AlertName } from '../../../signals/alert-catalogue';
import type { PathName } from '../../../signals/paths';
import type { Fault } from '../support/path-faults';

/** What a fault may do to a path: for which reasons its probes fail. */
export interface Effect {
  readonly path: PathName;
  /** Every failed probe has one of these reasons. */
  readonly reasons: readonly string[];
  /** And this hop; default: whichever. */
  readonly hop?: '1' | '2';
}

/** An alert that a fault must cause. */
export interface Told {
  readonly alert: AlertName;
  /** The path it names; none for alerts that have no path. */
  readonly path?: PathName;
  readonly kind: 'page' | 'ticket';
  /** It must come within this long after the fault is there, in seconds. */
  readonly withinSeconds: number;
  /** Where it is seen: at the pager (default), or only in Prometheus, where the fault is that nobody can be told. */
  readonly seenIn?: 'prometheus';
}

/** What must be there before a fault can be made, and is taken away after it; rows in a row may share one. */
export interface Stage {
  open(): Promise<void>;
  close(): Promise<void>;
}

/** One fault: how it is made, and all that must come of it. */
export interface FaultRow {
  /** By which it is chosen: `npm run e2e -- --rows <id>`. */
  readonly id: string;
  /** For the reader of the document. */
  readonly name: string;
  readonly fault: Fault;
  readonly stage?: Stage;
  /** Alerts that must come and end: these and no others. Empty where nobody must be told. */
  readonly told: readonly Told[];
  /** How long the fault lasts at least, in seconds; where something is told, also until that has come. Default 0. */
  readonly lastsSeconds?: number;
  /** The paths that must fail. */
  readonly fails: readonly Effect[];
  /** Paths of which some probes may fail too. */
  readonly touched?: readonly Effect[];
  /** Tickets that may come beside, as true, of no harm, and a matter of how busy the machine is. */
  readonly mayTell?: readonly AlertName[];
  /** Ends must be told within this long after the fault, in seconds; default 180. `later`: the window is too long to wait for it. */
  readonly endsWithinSeconds?: number | 'later';
  /** Every probe of every path is counted in the end, though not at once. */
  readonly whole?: true;
  /** What the reader of the document should know. */
  readonly note?: string;
}

/** Rows that run at the same time: lanes beside each other, each lane's rows one after the other. No path is in two lanes. */
export interface Round {
  readonly lanes: readonly (readonly FaultRow[])[];
  /** `ci`: in every run; `all`: only with `--all` or by name. */
  readonly when: 'ci' | 'all';
  /** Starts from a Prometheus without a past: what former faults spent of the hour's budget would page too early. */
  readonly fresh?: true;
}

/** Every row of some rounds, in order. */
export function rowsOf(rounds: readonly Round[]): FaultRow[] {
  return rounds.flatMap(({ lanes }) => lanes.flat());
}

/** The rounds that a choice asks for: `ci`, `all`, or ids of rows, comma-separated; rows that are not chosen are left out of their round. */
export function chosen(rounds: readonly Round[], choice: string): Round[] {
  if (choice === 'all') return [...rounds];
  if (choice === 'ci') return rounds.filter(({ when }) => when === 'ci');
  const ids = choice.split(',');
  return rounds
    .map((round) => ({
      ...round,
      lanes: round.lanes.map((lane) => lane.filter(({ id }) => ids.includes(id))).filter(notEmpty),
    }))
    .filter(({ lanes }) => lanes.length > 0);
}

/** Rounds as a table of tests: the names of a round's rows, and the round. */
export function byName(rounds: readonly Round[]): (readonly [string, Round])[] {
  return rounds.map(
    (round) =>
      [
        rowsOf([round])
          .map(({ name }) => name)
          .join('; '),
        round,
      ] as const,
  );
}

/** An alert in the words of `support/pager`, without its state: `PathDown service page`. */
export function inShort({ alert, path, kind }: Told): string {
  return `${alert} ${path ?? '-'} ${kind}`;
}

function notEmpty(lane: readonly FaultRow[]): boolean {
  return lane.length > 0;
}

import { severityValues } from '../../../signals/alertmanager';
import type { SignalModel } from '../../../signals/model';
import type { RuleGroup } from '../../../signals/rule-types';
import { changedAlerts, type ChangedAlert, type Replayable } from './changes';
import { type Firing, keyOf, overlap } from './firings';
import { type RecordingCheck, recordingCheck } from './recording-check';
import { replay, type Replayed } from './replay';
import type { Span, Stored } from './stored';
import { type Told, told } from './told';
import { detection, type Detection, type Trouble, troubles } from './troubles';

/** Rules, and the model by whose routes and inhibitions somebody is told. */
export interface RuleSet {
  readonly groups: readonly RuleGroup[];
  readonly model: SignalModel;
}

/** One firing under the present rules and under the changed ones; at least one of both is there. */
export interface FiringPair {
  readonly alert: string;
  readonly path: string;
  readonly severity: string;
  /** `recorded`: the rule is the same in both, and this is what Prometheus stored of it. */
  readonly how: 'replayed' | 'recorded';
  readonly present?: Told;
  readonly changed?: Told;
  /**
   * The present rule, put together from raw counters as the changed one is, does not fire here as it did: samples came late, so that a rule
   * saw less than is stored now. What differs may be no work of the change.
   */
  readonly doubtful: boolean;
}

/** Notifications that would have been sent; by week where there is a day or more to tell it from. */
export interface Notifications {
  readonly pages: number;
  readonly tickets: number;
  readonly pagesPerWeek: number | null;
}

/** What a backtest found. */
export interface Backtest {
  readonly span: Span;
  /** Share (0…1) of the span in which the rules were evaluated. */
  readonly known: number;
  readonly queries: number;
  /** The alerts that the change is about; `why` where one could not be replayed. */
  readonly changes: readonly (Pick<ChangedAlert, 'kind' | 'alert' | 'path'> & {
    readonly presentFirings: number | null;
    readonly changedFirings: number | null;
    readonly why?: string;
  })[];
  readonly firings: readonly FiringPair[];
  readonly notifications: { readonly present: Notifications; readonly changed: Notifications };
  readonly troubles: readonly (Trouble & {
    readonly present: Detection | null;
    readonly changed: Detection | null;
  })[];
  /** Failed probes that are in no trouble, being too few. */
  readonly singleFailures: number;
  /** How the replay of the present rules compares with what Prometheus recorded of them. */
  readonly check: RecordingCheck;
}

const dayMs = 86_400_000;

/**
 * Replays the alerts by which two rule sets differ on what is stored of a span, and puts beside them what was recorded of all others. Throws a
 * Failure when Prometheus does not answer or knows nothing of that time.
 */
export async function backtest(
  stored: Stored,
  asked: Span,
  present: RuleSet,
  changed: RuleSet,
): Promise<Backtest> {
  const { span, share } = await stored.known(asked);
  const changes = changedAlerts(present.groups, changed.groups);
  const recorded = await stored.alerts(span);
  const replayed: Both[] = [];
  for (const of of changes) {
    const its = async (rule: Replayable | undefined) =>
      rule && (await replay(stored, rule, present.groups, span));
    replayed.push({
      of,
      present: await its(of.present),
      changed: await its(of.changed),
      control: await its(of.control),
    });
  }
  const isChanged = ({ alert, labels }: Firing) =>
    changes.some((change) => change.alert === alert && change.path === (labels['path'] ?? ''));
  const same = recorded.filter((firing) => !isChanged(firing));
  const under = {
    present: told(present.model, [...same, ...replayed.flatMap((one) => known(one.present))]),
    changed: told(changed.model, [...same, ...replayed.flatMap((one) => known(one.changed))]),
  };
  const { series, stepSeconds } = await stored.failed(span);
  const gathered = troubles(series, stepSeconds);
  return {
    span,
    known: share,
    queries: stored.queries,
    changes: replayed.map(summary),
    firings: pairs(under, isChanged, replayed.flatMap(unlike)),
    notifications: {
      present: notifications(present.model, under.present, span),
      changed: notifications(changed.model, under.changed, span),
    },
    troubles: gathered.troubles.map((trouble) => ({
      ...trouble,
      present: detection(trouble, under.present) ?? null,
      changed: detection(trouble, under.changed) ?? null,
    })),
    singleFailures: gathered.single,
    check: recordingCheck(
      replayed.flatMap((one) => known(one.present)),
      recorded.filter(isChanged),
    ),
  };
}

/** A changed alert with what its replay gave; undefined under the rules that have it not. */
interface Both {
  readonly of: ChangedAlert;
  readonly present: Replayed | undefined;
  readonly changed: Replayed | undefined;
  readonly control: Replayed | undefined;
}

function known(replayed: Replayed | undefined): readonly Firing[] {
  return replayed !== undefined && 'firings' in replayed ? replayed.firings : [];
}

function summary({ of: { kind, alert, path }, present, changed }: Both): Backtest['changes'][number] {
  const count = (one: Replayed | undefined) => (one && 'firings' in one ? one.firings.length : null);
  const why = [present, changed].flatMap((one) => (one && 'why' in one ? [one.why] : []))[0];
  return {
    kind,
    alert,
    path,
    presentFirings: count(present),
    changedFirings: count(changed),
    ...(why === undefined ? {} : { why }),
  };
}

/** Firings that only one of a present rule and its control has. */
function unlike({ present, control }: Both): Firing[] {
  if (control === undefined || !('firings' in control)) return [];
  const [a, b] = [known(present), control.firings];
  const alone = (some: readonly Firing[], others: readonly Firing[]) =>
    some.filter((one) => !others.some((other) => keyOf(other) === keyOf(one) && overlap(one, other)));
  return [...alone(a, b), ...alone(b, a)];
}

/** Firings of the same alert that overlap are one row. */
function pairs(
  under: { readonly present: readonly Told[]; readonly changed: readonly Told[] },
  isChanged: (firing: Firing) => boolean,
  doubts: readonly Firing[],
): FiringPair[] {
  const left = [...under.changed];
  const row = (present: Told | undefined, changed: Told | undefined): FiringPair[] => {
    const one = changed ?? present;
    if (one === undefined) return [];
    return [
      {
        alert: one.alert,
        path: one.labels['path'] ?? '',
        severity: one.labels['severity'] ?? '',
        how: isChanged(one) ? 'replayed' : 'recorded',
        ...(present === undefined ? {} : { present }),
        ...(changed === undefined ? {} : { changed }),
        doubtful: doubts.some((doubt) => keyOf(doubt) === keyOf(one) && overlap(doubt, one)),
      },
    ];
  };
  const both = under.present.flatMap((present) => {
    const at = left.findIndex((changed) => keyOf(changed) === keyOf(present) && overlap(present, changed));
    return row(present, at < 0 ? undefined : left.splice(at, 1)[0]);
  });
  const startOf = ({ present, changed }: FiringPair) => (present ?? changed)?.fromMs ?? 0;
  return [...both, ...left.flatMap((changed) => row(undefined, changed))].sort(
    (a, b) => startOf(a) - startOf(b),
  );
}

function notifications(model: SignalModel, all: readonly Told[], { fromMs, toMs }: Span): Notifications {
  const count = (kind: 'page' | 'ticket') =>
    all.filter(
      ({ notified, labels }) => notified && severityValues(model, kind).includes(labels['severity'] ?? ''),
    ).length;
  const days = (toMs - fromMs) / dayMs;
  const pages = count('page');
  return {
    pages,
    tickets: count('ticket'),
    pagesPerWeek: days < 1 ? null : Number(((pages * 7) / days).toFixed(2)),
  };
}

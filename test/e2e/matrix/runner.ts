import type { PrometheusApi } from '../../../commands/signal/prometheus-api';
import { countSeries, failures, sum } from '../support/counts';
import { expectToo, mayStillCome, stillToCome, without } from '../support/expected';
import { busyMachine, isOfSlowMachine } from '../support/slow-machine';
import { stolenBetween } from '../support/stolen';
import { alertInWords, news, notifications, stillOpen } from '../support/pager';
import type { StackUnderTest } from '../support/stack-under-test';
import { eventually, report, seconds, until } from '../support/wait';
import { freshPrometheus } from './fresh-prometheus';
import { appendRecord, type RowRecord, thisMachine } from './record';
import { type Effect, type FaultRow, inShort, type Round, rowsOf, type Told } from './row';

/** A fault that nobody is told about is looked at so long after its end. */
const settleMs = 20_000;
/** A probe is counted this long after it ended, at the latest: flush, export, and some time for the way. */
const countedAfterMs = 6_000;
/** What fires already is not told again; a busy machine's tickets end within this, unless it stays as busy. */
const firesStillMs = 15 * 60_000;

/** What a row has seen while it ran. */
interface Seen {
  readonly row: FaultRow;
  readonly fromMs: number;
  readonly toMs: number;
  readonly told: readonly { readonly alert: string; readonly seconds: number }[];
  readonly recoverySeconds: number | null;
  readonly problems: string[];
}

/** Makes the faults of the table on a live stack and looks at what comes of each. */
export class MatrixRunner {
  private readonly prometheus: PrometheusApi;

  constructor(
    private readonly stack: StackUnderTest,
    /** Directory for the records of rows. */
    private readonly records: string,
  ) {
    this.prometheus = stack.prometheus();
  }

  /** Runs a round to its end, whatever comes of its rows; writes a record for each. Throws with all that was not as it should be. */
  async run(round: Round): Promise<void> {
    if (round.fresh) await freshPrometheus(this.stack);
    const fromMs = Date.now();
    const firingBefore = this.firing();
    const seen: Seen[] = [];
    const lanes = await Promise.allSettled(round.lanes.map((lane) => this.lane(lane, seen)));
    await until(Date.now() + countedAfterMs);
    const beside = [
      ...lanes.flatMap((lane) => (lane.status === 'rejected' ? [String(lane.reason)] : [])),
      ...this.toldBeside(round, fromMs, firingBefore),
      ...(await this.failedBeside(round, fromMs)),
    ];
    for (const one of seen) await this.judge(one, beside);
    const problems = seen.flatMap((one) => one.problems.map((problem) => `${one.row.id}: ${problem}`));
    if (problems.length + beside.length > 0) throw new Error([...problems, ...beside].join('\n'));
  }

  /** Rows one after the other, with what each needs beneath it; adds what was seen of each. */
  private async lane(rows: readonly FaultRow[], seen: Seen[]): Promise<void> {
    for (const [i, row] of rows.entries()) {
      try {
        if (row.stage !== rows[i - 1]?.stage) await row.stage?.open();
        seen.push(await this.row(row));
      } catch (error) {
        await row.stage?.close();
        throw error;
      }
      if (row.stage !== rows[i + 1]?.stage) await row.stage?.close();
    }
  }

  private async row(row: FaultRow): Promise<Seen> {
    const problems: string[] = [];
    const note = (error: unknown): undefined => {
      problems.push(error instanceof Error ? error.message : String(error));
    };
    await this.noneFires(row).catch(note);
    const fromMs = Date.now();
    let told: Seen['told'] = [];
    report(row.id, 'begins');
    try {
      await row.fault.make();
      const madeMs = Date.now();
      told = await this.alerts(row, fromMs, madeMs, note);
      await until(madeMs + (row.lastsSeconds ?? 0) * 1000);
    } catch (error) {
      note(error);
    }
    const healedMs = Date.now();
    await row.fault.heal().catch(note);
    const endedMs = await this.ends(row, told, healedMs).catch(note);
    if (row.told.length === 0) await until(healedMs + settleMs);
    const recoverySeconds =
      endedMs !== undefined && told.length > 0 && endedMs > healedMs ? (endedMs - healedMs) / 1000 : null;
    await until(Date.now() + countedAfterMs);
    return { row, fromMs, toMs: Date.now(), told, recoverySeconds, problems };
  }

  /** Waits until no alert that the row wants fires any more: one that does would not be told again. */
  private async noneFires(row: FaultRow): Promise<void> {
    const wanted = new Set(row.told.map(inShort));
    await eventually('the end of what it is to tell, and fires already', { withinMs: firesStillMs }, () => {
      const still = [...this.firing()].filter((words) => wanted.has(words));
      if (still.length > 0) throw new Error(still.join(', '));
    });
  }

  /** Waits for every alert that the row wants, and notes those that do not come in time. */
  private async alerts(
    row: FaultRow,
    fromMs: number,
    madeMs: number,
    note: (error: unknown) => undefined,
  ): Promise<Seen['told']> {
    const found = await Promise.all(
      row.told.map(async (wanted) => {
        try {
          const atMs = await eventually(
            inShort(wanted),
            { withinMs: wanted.withinSeconds * 1000 - (Date.now() - madeMs) },
            () => this.seen(wanted, fromMs),
          );
          report(row.id, `${inShort(wanted)} after ${seconds(atMs - madeMs)}`);
          return [{ alert: inShort(wanted), seconds: (atMs - madeMs) / 1000 }];
        } catch (error) {
          note(error);
          return [];
        }
      }),
    );
    return found.flat();
  }

  /** When an alert was told first after a moment; throws with what was told instead. */
  private async seen(wanted: Told, fromMs: number): Promise<number> {
    if (wanted.seenIn === 'prometheus') {
      const firing = await this.prometheus.vector(`ALERTS{alertname="${wanted.alert}",alertstate="firing"}`);
      if (firing.length === 0) throw new Error('it does not fire yet');
      return Date.now();
    }
    const words = `${inShort(wanted)} firing`;
    const told = news(this.stack.lab).filter(({ timeMs }) => timeMs >= fromMs);
    const first = told.find((one) => one.words.includes(words));
    if (!first) throw new Error(`told so far: ${told.flatMap((one) => one.words).join(', ') || 'nothing'}`);
    return first.timeMs;
  }

  /** Waits for the ends of what was told; the moment of the last one, or the end of the fault where there is none. */
  private async ends(row: FaultRow, told: Seen['told'], healedMs: number): Promise<number> {
    const { endsWithinSeconds = 180 } = row;
    const open = row.told
      .filter(({ seenIn }) => seenIn === undefined)
      .map(inShort)
      .filter((words) => told.some(({ alert }) => alert === words));
    if (endsWithinSeconds === 'later' || open.length === 0) return healedMs;
    return eventually('the ends of what was told', { withinMs: endsWithinSeconds * 1000 }, () => {
      const since = notifications(this.stack.lab, healedMs);
      const moments = open.map((words) => {
        const end = since.find(({ alerts }) =>
          alerts.some((alert) => alertInWords(alert) === `${words} resolved`),
        );
        if (!end) throw new Error(`${words} has not ended`);
        return end.timeMs;
      });
      return Math.max(...moments);
    });
  }

  /** Compares what the probes of a row's paths say with what the row wants, and writes the record. */
  private async judge(
    { row, fromMs, toMs, told, recoverySeconds, problems }: Seen,
    beside: readonly string[],
  ): Promise<void> {
    const failed: Record<string, Record<string, number>> = {};
    const touched = row.touched ?? [];
    for (const effect of [...row.fails, ...touched]) {
      const byReason = await this.failedByReason(effect, fromMs, toMs);
      if (Object.keys(byReason.expected).length + Object.keys(byReason.strange).length > 0)
        failed[effect.path] = { ...byReason.expected, ...byReason.strange };
      if (Object.keys(byReason.strange).length > 0)
        problems.push(`${effect.path} failed for another reason: ${JSON.stringify(byReason.strange)}`);
      if (!touched.includes(effect) && Object.keys(byReason.expected).length === 0)
        problems.push(`no probe of ${effect.path} failed for ${effect.reasons.join(', ')}`);
    }
    if (row.whole) problems.push(...(await this.missing(fromMs, toMs)));
    const record: RowRecord = {
      row: row.id,
      at: new Date(fromMs).toISOString(),
      told,
      failed,
      recoverySeconds,
      // what no row wants may be the work of any of the round
      problems: [...problems, ...beside],
      machine: thisMachine(),
    };
    appendRecord(this.records, record);
    report(row.id, `failed: ${JSON.stringify(failed)}; ended after ${recoverySeconds ?? '–'} s`);
    for (const problem of problems) report(row.id, `PROBLEM ${problem}`);
  }

  private async failedByReason({ path, reasons, hop }: Effect, fromMs: number, toMs: number) {
    const series = await countSeries(this.prometheus, fromMs, toMs, `{path="${path}",outcome="failed"}`);
    const expected: Record<string, number> = {};
    const strange: Record<string, number> = {};
    for (const { metric, count } of series) {
      if (count === 0) continue;
      const reason = metric['reason'] ?? '?';
      const right = reasons.includes(reason) && (hop === undefined || metric['hop'] === hop);
      const into = right ? expected : strange;
      const key = right ? reason : `${reason} at hop ${metric['hop'] ?? '?'}`;
      into[key] = (into[key] ?? 0) + count;
    }
    return { expected, strange };
  }

  /** Paths of which fewer probes were counted than were sent: asked for, but for what the borders of exports may shift. */
  private async missing(fromMs: number, toMs: number): Promise<string[]> {
    const problems: string[] = [];
    for (const { name, ratePerSecond } of this.stack.model().paths) {
      const counted = sum(await countSeries(this.prometheus, fromMs, toMs, `{path="${name}"}`));
      const asked = (ratePerSecond * (toMs - fromMs)) / 1000;
      const border = (ratePerSecond * countedAfterMs) / 1000;
      report(name, `${counted} probes counted of ${asked.toFixed(0)}`);
      if (counted < asked - border)
        problems.push(`of ${name} ${counted} of ${asked.toFixed(0)} were counted`);
    }
    return problems;
  }

  /** What was told during a round though no row wants it; and notes all that was told as expected from now on, as it is dealt with here. */
  private toldBeside(round: Round, fromMs: number, firingBefore: ReadonlySet<string>): string[] {
    const rows = rowsOf([round]);
    const since = news(this.stack.lab)
      .filter(({ timeMs }) => timeMs >= fromMs)
      .flatMap(({ timeMs, words }) => words.map((each) => [each, timeMs] as const))
      .filter(([words]) => !busyMachine.test(words));
    const came = since.map(([words]) => words);
    const moments = new Map(since);
    const may = new Set(rows.flatMap(({ mayTell = [] }) => mayTell));
    const wanted = rows.flatMap((row) =>
      row.told.flatMap((told) => {
        if (told.seenIn !== undefined) return [];
        return [
          `${inShort(told)} firing`,
          ...(row.endsWithinSeconds === 'later' ? [] : [`${inShort(told)} resolved`]),
        ];
      }),
    );
    const beside = without(without(came, wanted), stillToCome()).filter((words) => {
      const [alert = ''] = words.split(' ');
      const endOfOlder = words.endsWith(' resolved') && firingBefore.has(words.replace(/ resolved$/, ''));
      const allowed =
        endOfOlder ||
        (may as ReadonlySet<string>).has(alert) ||
        isOfSlowMachine(words, moments.get(words) ?? 0, stolenBetween);
      if (allowed) report('came too, and may', words);
      return !allowed;
    });
    expectToo(...came);
    for (const words of this.firing()) mayStillCome(`${words} resolved`);
    return beside.map((words) => `told too: ${words}`);
  }

  private async failedBeside(round: Round, fromMs: number): Promise<string[]> {
    const concerned = rowsOf([round]).flatMap(({ fails, touched = [] }) => [...fails, ...touched]);
    const paths = concerned.map(({ path }) => path).join('|');
    const lost = await failures(
      this.prometheus,
      fromMs,
      Date.now(),
      `{path!~"${paths === '' ? 'none' : paths}",outcome="failed"}`,
    );
    return lost.map((words) => `failed too: ${words}`);
  }

  /** Alerts whose end has not been told yet, in short words. */
  private firing(): Set<string> {
    return new Set(stillOpen(this.stack.lab).map((words) => words.replace(/ firing$/, '')));
  }
}

import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';

/** Where a row was run. */
export interface Machine {
  readonly cores: number;
  readonly memoryGib: number;
}

/** What came of one row, as one line of JSON. */
export interface RowRecord {
  readonly row: string;
  /** When the fault was made, ISO 8601. */
  readonly at: string;
  /** Alerts that came, with the seconds from the fault to each. */
  readonly told: readonly { readonly alert: string; readonly seconds: number }[];
  /** Failed probes by path and reason. */
  readonly failed: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** From the end of the fault to the last end that was told, in seconds; null where nothing was told. */
  readonly recoverySeconds: number | null;
  /** What was not as the row wants it; empty when all was. */
  readonly problems: readonly string[];
  readonly machine: Machine;
}

/** The machine that this runs on. */
export function thisMachine(): Machine {
  return { cores: availableParallelism(), memoryGib: Math.round(totalmem() / 2 ** 30) };
}

const fileName = 'fault-matrix.jsonl';

/** Appends what came of a row to the records in a directory. */
export function appendRecord(directory: string, record: RowRecord): void {
  mkdirSync(directory, { recursive: true });
  appendFileSync(join(directory, fileName), `${JSON.stringify(record)}\n`);
}

/** The records in a directory, oldest first; none when there are none yet. */
export function readRecords(directory: string): RowRecord[] {
  const file = join(directory, fileName);
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as RowRecord);
}

/** Leaves the last record of each of these rows in a directory, in their order: what is kept in the repository is what its page says. */
export function keepLatest(directory: string, rows: readonly { readonly id: string }[]): RowRecord[] {
  const last = latest(readRecords(directory));
  const kept = rows.flatMap(({ id }) => last.get(id) ?? []);
  writeFileSync(join(directory, fileName), kept.map((record) => `${JSON.stringify(record)}\n`).join(''));
  return kept;
}

/** The last record of each row. */
export function latest(records: readonly RowRecord[]): Map<string, RowRecord> {
  return new Map(records.map((record) => [record.row, record]));
}

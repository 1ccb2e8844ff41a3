import { writeFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { checkout } from '../../../commands/stack/stack';
import { StackUnderTest } from '../support/stack-under-test';
import { faultMatrix } from './document';
import { readRecords } from './record';
import { type FaultRow, rowsOf } from './row';
import { faultRounds, ingressRounds, meshRounds } from './rows';

/** Where the page lies, from the root of the repository. */
const pageFile = 'docs/fault-matrix.md';

/** Suites with rows of the fault matrix, and their rows, in the order in which they run. */
export function rowsBySuite(): { readonly suite: string; readonly rows: readonly FaultRow[] }[] {
  const stack = new StackUnderTest();
  return [
    { suite: 'matrix', rows: rowsOf(faultRounds(stack)) },
    { suite: 'ingress', rows: rowsOf(ingressRounds(stack, [])) },
    { suite: 'mesh', rows: rowsOf(meshRounds(stack, [])) },
  ];
}

/** The suites that have some of these rows. Throws an Error for an id that no row has. */
export function suitesWithRows(ids: readonly string[]): string[] {
  const known = rowsBySuite().flatMap(({ rows }) => rows.map(({ id }) => id));
  const unknown = ids.filter((id) => !known.includes(id));
  if (unknown.length > 0) throw new Error(`no row ${unknown.join(', ')}; there are ${known.join(', ')}`);
  return rowsBySuite()
    .filter(({ rows }) => rows.some(({ id }) => ids.includes(id)))
    .map(({ suite }) => suite);
}

/** Writes docs/fault-matrix.md from the records in a directory; returns its path. */
export async function writeFaultMatrix(records: string): Promise<string> {
  const { format, resolveConfig } = await import('prettier');
  const machine = { cores: availableParallelism(), memoryGib: Math.round(totalmem() / 2 ** 30) };
  const rows = rowsBySuite().flatMap((each) => each.rows);
  const file = join(checkout, pageFile);
  const text = faultMatrix(rows, readRecords(records), machine);
  writeFileSync(file, await format(text, { ...(await resolveConfig(file)), parser: 'markdown' }));
  return file;
}

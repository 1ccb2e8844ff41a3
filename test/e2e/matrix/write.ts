import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from '../../../commands/stack/stack';
import { StackUnderTest } from '../support/stack-under-test';
import { faultMatrix } from './document';
import { keepLatest, type RowRecord } from './record';
import { type FaultRow, rowsOf } from './row';
import { faultRounds, ingressRounds, meshRounds } from './rows';

/** Where the page lies. */
export const pageFile = join(checkout, 'docs', 'fault-matrix.md');
/** Where the records lie that it is made of. */
export const pageRecords = join(checkout, 'docs');

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

/** Regular expression of the names of the tests that run these rows; of {@link suitesWithRows} nothing else is to run. */
export function testsOfRows(ids: readonly string[]): string {
  const names = allRows()
    .filter(({ id }) => ids.includes(id))
    .map(({ name }) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return names.join('|');
}

/** The page of all rows as formatted Markdown, of these records. */
export async function faultMatrixPage(records: readonly RowRecord[]): Promise<string> {
  const { format, resolveConfig } = await import('prettier');
  return format(faultMatrix(allRows(), records), {
    ...(await resolveConfig(pageFile)),
    parser: 'markdown',
  });
}

/** Writes docs/fault-matrix.md from the records beside it, of which the last of each row is kept; returns its path. */
export async function writeFaultMatrix(): Promise<string> {
  writeFileSync(pageFile, await faultMatrixPage(keepLatest(pageRecords, allRows())));
  return pageFile;
}

function allRows(): FaultRow[] {
  return rowsBySuite().flatMap(({ rows }) => rows);
}

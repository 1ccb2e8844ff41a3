import type { RowRecord } from './record';
import { latest } from './record';
import { type FaultRow, inShort } from './row';

/** docs/fault-matrix.md as Markdown, tables not yet aligned: every row of the table, with its last record. */
export function faultMatrix(rows: readonly FaultRow[], records: readonly RowRecord[]): string {
  const last = latest(records);
  const known = rows.flatMap(({ id }) => last.get(id) ?? []);
  const machines = known.map(({ machine }) => `${machine.cores} cores and ${machine.memoryGib} GiB`);
  const notRun = rows.filter(({ id }) => !last.has(id));
  const broken = rows.filter(({ id }) => (last.get(id)?.problems.length ?? 0) > 0);
  return `# Fault matrix

<!-- Made by \`npm run e2e -- --all\`, or by \`--record\` with some of the rows, from test/e2e/matrix/ and fault-matrix.jsonl: run that, do not edit this page. -->

What is broken on a live lab, who is told and after how long, and what it costs, on ${[...new Set(machines)].join(', ') || 'no machine yet'}.
Each row says when it was run last. Times are from the moment at which the fault is there to the notification at the pager,
and from its end to the notification of the end. Probes are counted exactly, from the raw counters. Nothing else
was told, and no other path lost a probe, unless it is said below.

| fault | told | after | path: failed probes by reason | lost | end told after | run on |
|---|---|---|---|---|---|---|
${rows.flatMap((row) => line(row, last.get(row.id)) ?? []).join('\n')}

${section(
  'Remarks',
  rows.filter(({ note }) => note !== undefined).map(({ name, note }) => `- **${name}**: ${note ?? ''}`),
)}
${section(
  'Not as it should be',
  broken.map((row) => `- **${row.name}**: ${(last.get(row.id)?.problems ?? []).map(oneLine).join('; ')}`),
)}
${section(
  'Not run yet',
  notRun.map(
    (row) => `- ${row.name} (\`${row.id}\`), which must tell ${row.told.map(inShort).join(', ') || 'nobody'}`,
  ),
)}`.trimEnd();
}

function line(row: FaultRow, record: RowRecord | undefined): string | undefined {
  if (!record) return undefined;
  const { told, failed, recoverySeconds } = record;
  const cells = [
    row.name,
    told.map(({ alert }) => alertCell(alert, row)).join('<br>') || 'nobody',
    told.map(({ seconds }) => `${seconds.toFixed(0)} s`).join('<br>') || '–',
    Object.entries(failed)
      .map(([path, reasons]) => `\`${path}\`: ${reasonsCell(reasons)}`)
      .join('<br>') || 'none',
    String(lostProbes(failed)),
    recoverySeconds === null ? '–' : `${recoverySeconds.toFixed(0)} s`,
    record.at.slice(0, 10),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** `PathDown service page` → *PathDown* of \`service\`; a ticket says so, and an alert that could be seen in Prometheus only. */
function alertCell(words: string, row: FaultRow): string {
  const [alert = '', path = '-', kind = ''] = words.split(' ');
  const onlySeen = row.told.some((told) => inShort(told) === words && told.seenIn !== undefined);
  const remark = onlySeen ? ' (in Prometheus only)' : kind === 'page' ? '' : ` (${kind})`;
  return `_${alert}_${path === '-' ? '' : ` \`${path}\``}${remark}`;
}

function reasonsCell(reasons: Readonly<Record<string, number>>): string {
  return Object.entries(reasons)
    .sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => `${count} ${reason}`)
    .join(', ');
}

/** Failed probes of all paths. */
export function lostProbes(failed: RowRecord['failed']): number {
  return Object.values(failed)
    .flatMap((reasons) => Object.values(reasons))
    .reduce((sum, count) => sum + count, 0);
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `## ${title}\n\n${lines.join('\n')}\n`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').slice(0, 300);
}

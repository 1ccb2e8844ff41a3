import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { faultMatrix } from '../e2e/matrix/document';
import { appendRecord, keepLatest, readRecords, type RowRecord } from '../e2e/matrix/record';
import type { FaultRow } from '../e2e/matrix/row';
import { faultMatrixPage, pageFile, pageRecords } from '../e2e/matrix/write';

const fault = { make: () => Promise.resolve(), heal: () => Promise.resolve() };
const rows: FaultRow[] = [
  {
    ...{ id: 'gone', name: 'target gone', fault, fails: [] },
    told: [{ alert: 'PathDown', path: 'service', kind: 'page', withinSeconds: 60 }],
  },
  { id: 'quiet', name: 'Prometheus restarted', fault, fails: [], told: [], note: 'nothing is lost.' },
  {
    ...{ id: 'cut', name: 'node cut', fault, fails: [] },
    told: [{ alert: 'NodeNotReady', kind: 'ticket', withinSeconds: 200 }],
  },
];
const record = (row: string, more: Partial<RowRecord> = {}): RowRecord => ({
  ...{ row, at: '2026-11-21T18:00:00.000Z', told: [], failed: {} },
  ...{ recoverySeconds: null, problems: [], machine: { cores: 2, memoryGib: 23 } },
  ...more,
});
const gone = record('gone', {
  told: [{ alert: 'PathDown service page', seconds: 14.4 }],
  failed: { service: { timeout: 1, connect: 60 }, grpc: { connect: 5 } },
  recoverySeconds: 48.6,
});

test('a row says who was told, after how long, why probes failed, how many, and when it was over', () => {
  expect(faultMatrix(rows, [gone])).toContain(
    '| target gone | _PathDown_ `service` | 14 s | `service`: 60 connect, 1 timeout<br>`grpc`: 5 connect | 66 | 49 s | 2026-11-21 |',
  );
});

test('a row of which nobody is told says so, and its note follows', () => {
  const page = faultMatrix(rows, [record('quiet')]);
  expect(page).toContain('| Prometheus restarted | nobody | – | none | 0 | – | 2026-11-21 |');
  expect(page).toContain('- **Prometheus restarted**: nothing is lost.');
});

test('a ticket is called one', () => {
  const told = [{ alert: 'NodeNotReady - ticket', seconds: 150 }];
  expect(faultMatrix(rows, [record('cut', { told })])).toContain('| _NodeNotReady_ (ticket) | 150 s |');
});

test('an alert that nobody can be told of is said to be seen in Prometheus only', () => {
  const told = [{ alert: 'AlertmanagerUnreachable - ticket', seconds: 330 }];
  const mute: FaultRow = {
    ...{ id: 'mute', name: 'Alertmanager gone', fault, fails: [] },
    told: [{ alert: 'AlertmanagerUnreachable', kind: 'ticket', withinSeconds: 480, seenIn: 'prometheus' }],
  };
  expect(faultMatrix([mute], [record('mute', { told })])).toContain(
    '| _AlertmanagerUnreachable_ (in Prometheus only) | 330 s |',
  );
});

test('the last record of a row counts, in the order of the table, with its day, and every machine', () => {
  const later = record('gone', {
    at: '2026-11-22T01:00:00.000Z',
    told: [{ alert: 'PathDown service page', seconds: 20 }],
  });
  const page = faultMatrix(rows, [record('quiet'), gone, later]);
  expect(page).toContain('| 20 s |');
  expect(page).not.toContain('| 14 s |');
  expect(page.indexOf('| target gone')).toBeLessThan(page.indexOf('| Prometheus restarted'));
  expect(page).toContain('| 2026-11-22 |');
  expect(page).toContain('on 2 cores and 23 GiB');
});

test('what was not run, and what went wrong, is said', () => {
  const page = faultMatrix(rows, [record('quiet', { problems: ['told too:\n PathDown tcp page firing'] })]);
  expect(page).toContain('- target gone (`gone`), which must tell PathDown service page');
  expect(page).toContain('- **Prometheus restarted**: told too: PathDown tcp page firing');
  expect(faultMatrix(rows, [gone, record('quiet'), record('cut')])).not.toMatch(/Not run|Not as it/);
});

test('records are kept beside those of former runs', () => {
  const directory = mkdtempSync(join(tmpdir(), 'continuous-load-records-'));
  try {
    expect(readRecords(directory)).toEqual([]);
    appendRecord(directory, gone);
    appendRecord(directory, record('quiet'));
    expect(readRecords(directory)).toEqual([gone, record('quiet')]);
    const again = record('gone', { at: '2026-11-22T01:00:00.000Z' });
    appendRecord(directory, again);
    // in the order of the table, and none of a row that is no more
    expect(keepLatest(directory, [{ id: 'cut' }, { id: 'gone' }])).toEqual([again]);
    expect(readRecords(directory)).toEqual([again]);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('the page in the repository is what the records beside it say', async () => {
  expect(readFileSync(pageFile, 'utf8')).toBe(await faultMatrixPage(readRecords(pageRecords)));
});

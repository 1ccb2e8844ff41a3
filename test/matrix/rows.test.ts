import { alertCatalogue } from '../../signals/alert-catalogue';
import { pathRow } from '../../signals/paths';
import { chosen, rowsOf, type Effect, type FaultRow, type Round } from '../e2e/matrix/row';
import { faultRounds, ingressRounds, meshRounds } from '../e2e/matrix/rows';
import { StackUnderTest } from '../e2e/support/stack-under-test';

const stack = new StackUnderTest();
const rounds = [...faultRounds(stack), ...ingressRounds(stack, []), ...meshRounds(stack, [])];
const rows = rowsOf(rounds);
const effects = ({ fails, touched = [] }: FaultRow): readonly Effect[] => [...fails, ...touched];

test('every row has a name and an id of its own', () => {
  for (const key of ['id', 'name'] as const)
    expect(new Set(rows.map((row) => row[key])).size).toBe(rows.length);
});

test('what a row wants to be told is an alert of that kind', () => {
  const kinds = new Map<string, string>(alertCatalogue.map(({ name, kind }) => [name, kind]));
  for (const { id, told } of rows)
    for (const { alert, kind } of told) expect([id, alert, kinds.get(alert)]).toEqual([id, alert, kind]);
});

test('a total fault must be told within a minute', () => {
  const total = rows.flatMap(({ told }) => told).filter(({ alert }) => alert === 'PathDown');
  expect(total.length).toBeGreaterThan(10);
  for (const { withinSeconds } of total) expect(withinSeconds).toBeLessThanOrEqual(60);
});

test('a path that must fail does so for reasons and at a hop that it has', () => {
  for (const row of rows) {
    for (const { path, reasons } of row.fails)
      expect([row.id, path, reasons.some((reason) => reason in pathRow(path).reasons)]).toEqual([
        row.id,
        path,
        true,
      ]);
    for (const { path, hop } of row.fails)
      expect([row.id, Number(hop ?? '1') <= pathRow(path).hops.length]).toEqual([row.id, true]);
  }
});

test('a row that touches every path lets each fail for a reason of its own', () => {
  for (const row of rows)
    for (const { path, reasons } of row.touched ?? [])
      expect([row.id, path, reasons.some((reason) => reason in pathRow(path).reasons)]).toEqual([
        row.id,
        path,
        true,
      ]);
});

test('no path is in two lanes of one round', () => {
  for (const { lanes } of rounds) {
    const paths = lanes.map((lane) => [
      ...new Set(lane.flatMap((row) => effects(row).map(({ path }) => path))),
    ]);
    expect(new Set(paths.flat()).size).toBe(paths.flat().length);
  }
});

test('a page for spent budget needs a Prometheus without a past', () => {
  for (const round of rounds)
    if (rowsOf([round]).some(({ told }) => told.some(({ alert }) => alert === 'SloFastBurn')))
      expect(round.fresh).toBe(true);
});

describe('a choice', () => {
  const row = (id: string) => ({ id }) as FaultRow;
  const table: Round[] = [
    { when: 'ci', lanes: [[row('a'), row('b')], [row('c')]] },
    { when: 'all', fresh: true, lanes: [[row('d')]] },
  ];
  const ids = (choice: string) => rowsOf(chosen(table, choice)).map(({ id }) => id);

  test('of what runs every time, or of all', () => {
    expect(ids('ci')).toEqual(['a', 'b', 'c']);
    expect(ids('all')).toEqual(['a', 'b', 'c', 'd']);
  });

  test('of rows leaves the others out and drops lanes and rounds without any', () => {
    expect(chosen(table, 'b,d')).toEqual([
      { when: 'ci', lanes: [[row('b')]] },
      { when: 'all', fresh: true, lanes: [[row('d')]] },
    ]);
  });
});

import { beganAnew } from '../e2e/support/counts';
import { retold, type Notification } from '../e2e/support/pager';

const alert = (name: string, status: 'firing' | 'resolved') => ({
  status,
  labels: { alertname: name, path: 'service', severity: 'page' },
  annotations: {},
  startsAt: '2026-11-22T00:00:00Z',
});
const notification = (timeMs: number, ...alerts: ReturnType<typeof alert>[]): Notification => ({
  timeMs,
  status: alerts.some(({ status }) => status === 'firing') ? 'firing' : 'resolved',
  alerts,
});

test('a page, its end and its return are no repetition', () => {
  const all = [
    notification(1, alert('PathDown', 'firing')),
    notification(2, alert('PathDown', 'resolved')),
    notification(3, alert('PathDown', 'firing')),
  ];
  expect(retold(all)).toEqual([]);
});

test('the same said again is a repetition of when it was said first', () => {
  const all = [
    notification(1, alert('PathDown', 'firing')),
    notification(5, alert('PathDown', 'firing')),
    notification(9, alert('PathDown', 'firing')),
  ];
  const words = 'PathDown service page firing';
  expect(retold(all)).toEqual([
    { timeMs: 5, toldMs: 1, words },
    { timeMs: 9, toldMs: 1, words },
  ]);
});

test('what is new in a group lets the rest of it be told again, an end that nobody was told the beginning of too', () => {
  const all = [
    notification(1, alert('PathDown', 'firing')),
    notification(2, alert('PathDown', 'firing'), alert('SloFastBurn', 'firing')),
    notification(3, alert('PathDown', 'firing'), alert('SloFastBurn', 'resolved')),
    notification(4, alert('PathDown', 'firing'), alert('ProbesShort', 'resolved')),
  ];
  expect(retold(all)).toEqual([]);
});

test('counters begin anew when one falls or another instance counts', () => {
  const series = (instance: string, ...values: string[]) => ({
    metric: { instance },
    values: values.map((value, i) => [i, value] as const),
  });
  expect(beganAnew([])).toBe(false);
  expect(beganAnew([series('a', '1', '1', '2'), series('a', '0', '5')])).toBe(false);
  expect(beganAnew([series('a', '3', '0')])).toBe(true);
  expect(beganAnew([series('a', '3'), series('b', '3')])).toBe(true);
});

import type { QuietTime } from '../scenarios/chaos-quiet';

const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const dayMinutes = 1440;

/**
 * Quiet times of `daily 22:00-06:00`, `mon-fri 18:00-08:00`, `sat,sun`: days, and without hours the whole day. Hours that end before
 * they begin end on the next day. Undefined for anything else.
 */
export function parseQuietTimes(text: unknown): QuietTime[] | undefined {
  if (typeof text !== 'string') return undefined;
  const [dayWords = '', hours, ...rest] = text.trim().toLowerCase().split(/\s+/);
  const named = parseDays(dayWords);
  const span = hours === undefined ? { fromMinute: 0, toMinute: dayMinutes } : parseHours(hours);
  if (named === undefined || span === undefined || rest.length > 0) return undefined;
  return named.map((day) => ({ day, ...span }));
}

/** A day that exists, as `YYYY-MM-DD`; undefined for anything else. */
export function parseDay(text: unknown): string | undefined {
  if (typeof text !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const ms = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text) ? text : undefined;
}

function parseDays(words: string): number[] | undefined {
  if (words === 'daily') return days.map((_, day) => day);
  const found = words.split(',').map((word) => {
    const [first = '', last = first, ...rest] = word.split('-');
    const [from, to] = [days.indexOf(first), days.indexOf(last)];
    if (from < 0 || to < 0 || rest.length > 0) return undefined;
    const length = ((to - from + days.length) % days.length) + 1;
    return Array.from({ length }, (_, index) => (from + index) % days.length);
  });
  return found.every((range) => range !== undefined) ? [...new Set(found.flat())] : undefined;
}

function parseHours(text: string): Pick<QuietTime, 'fromMinute' | 'toMinute'> | undefined {
  const [, from, to] = /^(\d{2}:\d{2})-(\d{2}:\d{2})$/.exec(text) ?? [];
  const [fromMinute, toMinute] = [minuteOf(from), minuteOf(to)];
  if (fromMinute === undefined || toMinute === undefined || fromMinute === toMinute) return undefined;
  if (fromMinute === dayMinutes) return undefined;
  return { fromMinute, toMinute: toMinute > fromMinute ? toMinute : toMinute + dayMinutes };
}

function minuteOf(time = ''): number | undefined {
  const [hour = NaN, minute = NaN] = time.split(':').map(Number);
  const minutes = hour * 60 + minute;
  return minute < 60 && minutes <= dayMinutes ? minutes : undefined;
}

import type { ZoneOffset } from '../scenarios/chaos-quiet';

/** Years that tables of offsets cover: fixed, so that the same zone gives the same table on every day. */
const firstYear = 2026;
const lastYear = 2050;
/** No zone changes its offset twice within it: the shortest such time is the month of Ramadan, in Morocco. */
const stepMs = 7 * 86_400_000;

/** A zone's offsets from UTC, to the minute, and where the table ends. */
export interface ZoneTable {
  readonly zone: ZoneOffset[];
  readonly zoneUntilMs: number;
}

/** Whether Node's time zone data know a name of the IANA database. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

/** The offsets of an IANA zone over the years 2026 to 2050. Throws a RangeError for an unknown zone. */
export function zoneTable(name: string): ZoneTable {
  const format = formatOf(name);
  const beginMs = Date.UTC(firstYear, 0, 1);
  const zoneUntilMs = Date.UTC(lastYear + 1, 0, 1);
  let minutes = offsetMinutes(format, beginMs);
  const zone: ZoneOffset[] = [{ fromMs: beginMs, minutes }];
  for (let atMs = beginMs; atMs < zoneUntilMs; atMs += stepMs) {
    const next = offsetMinutes(format, atMs + stepMs);
    if (next === minutes) continue;
    zone.push({ fromMs: changeBetween(format, atMs, atMs + stepMs), minutes: next });
    minutes = next;
  }
  return { zone, zoneUntilMs };
}

/** The first minute of the later of two offsets, by halving. */
function changeBetween(format: Intl.DateTimeFormat, fromMs: number, toMs: number): number {
  const after = offsetMinutes(format, toMs);
  let [low, high] = [fromMs / 60_000, toMs / 60_000];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetMinutes(format, middle * 60_000) === after) high = middle;
    else low = middle;
  }
  return high * 60_000;
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
}

/** `GMT+05:30` → 330. */
function offsetMinutes(format: Intl.DateTimeFormat, atMs: number): number {
  const name = format.formatToParts(atMs).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign, hours = '0', minutes = '0'] = /^GMT(?:([+-])(\d{1,2}):?(\d{2})?)?/.exec(name) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) || 0;
}

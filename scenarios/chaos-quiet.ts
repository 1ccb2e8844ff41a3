/** Quiet hours of a time zone. k6's JavaScript has no `Intl`, so the zone comes as a table of its offsets. */

/** From this moment on the zone is so far ahead of UTC. */
export interface ZoneOffset {
  fromMs: number;
  minutes: number;
}

/** A quiet time of one weekday, in minutes since its midnight; one that ends on the next day ends after 1440. */
export interface QuietTime {
  /** 0 is Sunday, as in JavaScript. */
  day: number;
  fromMinute: number;
  toMinute: number;
}

/** When nothing is killed. */
export interface QuietHours {
  times: QuietTime[];
  /** Days of the zone, `YYYY-MM-DD`. */
  holidays: string[];
  /** Offsets in ascending order; without times and holidays none are needed. */
  zone: ZoneOffset[];
  /** End of the table. */
  zoneUntilMs: number;
}

const dayMinutes = 1440;

/** Whether a moment is quiet. Outside the table's years everything is: a wrong hour could be the worst one. */
export function isQuiet(quiet: QuietHours, nowMs: number): boolean {
  if (quiet.times.length === 0 && quiet.holidays.length === 0) return false;
  const offset = [...quiet.zone].reverse().find(({ fromMs }) => fromMs <= nowMs);
  if (offset === undefined || nowMs >= quiet.zoneUntilMs) return true;
  const local = new Date(nowMs + offset.minutes * 60_000);
  if (quiet.holidays.includes(local.toISOString().slice(0, 10))) return true;
  const day = local.getUTCDay();
  const minute = local.getUTCHours() * 60 + local.getUTCMinutes();
  return quiet.times.some((time) => {
    const sinceBegin = day === time.day ? minute : day === (time.day + 1) % 7 ? minute + dayMinutes : -1;
    return sinceBegin >= time.fromMinute && sinceBegin < time.toMinute;
  });
}

import type { AlertName } from '../../signals/alert-catalogue';
import type { InputSeries, RuleTest } from './promtool';
import { scene } from './scenes';

/** How often a scene samples, and how long it is, in seconds. */
export const stepSeconds = 15;
export const sceneSeconds = 2400;

/**
 * A series that is bad at some times: a gauge has one of two values, a counter grows at one of two speeds (per second), a clock tells the
 * time and stands still while it is bad.
 */
export interface Series {
  series: string;
  kind: 'gauge' | 'counter' | 'clock';
  good: number;
  bad: number;
}

export const gauge = (series: string, good: number, bad: number): Series => ({
  series,
  kind: 'gauge',
  good,
  bad,
});
export const counter = (series: string, good: number, bad: number): Series => ({
  series,
  kind: 'counter',
  good,
  bad,
});

export const clock = (series: string): Series => ({ series, kind: 'clock', good: 0, bad: 0 });

/** An alert, and series that are good or bad for it. */
export interface Case {
  alert: AlertName;
  /** What tells this case from another one of the same alert. */
  of?: string;
  series: Series[];
  /** A minute bad, a minute good, for ever. */
  flapping: 'fires' | 'is quiet';
  /** One bad minute fires too: a restart loop is told at once. */
  atOnce?: true;
}

/** Samples of the series over a scene. */
export function played(all: readonly Series[], isBad: (second: number) => boolean): InputSeries[] {
  return all.map(({ series, kind, good, bad }) => {
    const values: number[] = [];
    let count = 0;
    let told = 0;
    for (let at = 0; at <= sceneSeconds; at += stepSeconds) {
      if (!isBad(at)) told = at;
      values.push({ gauge: isBad(at) ? bad : good, counter: count, clock: told }[kind]);
      count += (isBad(at) ? bad : good) * stepSeconds;
    }
    return { series, values: values.join(' ') };
  });
}

/** The scenes of a case: it fires while it is so, not while all is well, not for a bad minute, and flapping as it should. */
export function scenesOf(
  names: readonly AlertName[],
  { alert, of, series, flapping, atOnce }: Case,
): RuleTest[] {
  const at = (name: string, isBad: (second: number) => boolean, firing: AlertName[], second = sceneSeconds) =>
    scene(
      names,
      [alert, of, name].filter(Boolean).join(', '),
      played(series, isBad),
      { [second]: firing },
      `${stepSeconds}s`,
    );
  return [
    at('well', () => false, []),
    at('bad', (second) => second >= 600, [alert]),
    at('over', (second) => second < 1200, []),
    at('a bad minute', (second) => second >= 1200 && second < 1260, atOnce ? [alert] : [], 1320),
    at('flapping', (second) => second % 120 < 60, flapping === 'fires' ? [alert] : []),
  ];
}

import type { PathSettings, SignalModel } from './model';

/** How often the groups are evaluated, in seconds. */
export const fastIntervalSeconds = 5;
/** Google takes two points of a series only where five seconds or more are between them (quotas of Cloud Monitoring). */
const managedFastIntervalSeconds = 10;
export const slowIntervalSeconds = 30;
export const periodIntervalSeconds = 300;
/** Of figures that are made of what is recorded every five minutes: as instant queries look back five, they would be absent for a moment whenever an evaluation is late. */
export const figuresIntervalSeconds = 60;

/** k6 flushes its samples into OTLP counters this often, in milliseconds (`K6_OTEL_FLUSH_INTERVAL`). */
export const flushIntervalMs = 1000;

/** How often the groups of counts, *down* and *missing* are evaluated, in seconds. */
export function fastSeconds({ managedRules }: Pick<SignalModel, 'managedRules'>): number {
  return managedRules === true ? managedFastIntervalSeconds : fastIntervalSeconds;
}

/** One pair of windows of a burn alert. */
export interface BurnWindow {
  /** How many times faster than allowed the budget is spent. */
  readonly factor: number;
  readonly kind: 'page' | 'ticket';
  readonly longSeconds: number;
  readonly shortSeconds: number;
}

/** SRE workbook, chapter 5: factor, long and short window for a period of 30 days; short is a twelfth of long. */
const workbook = [
  { factor: 14.4, kind: 'page', longSeconds: 3600 },
  { factor: 6, kind: 'page', longSeconds: 6 * 3600 },
  { factor: 3, kind: 'ticket', longSeconds: 24 * 3600 },
  { factor: 1, kind: 'ticket', longSeconds: 72 * 3600 },
] as const;

/** A short window must hold this many probes, and not be shorter than this. */
const shortProbes = 20;
const shortestSeconds = 120;

/**
 * Burn windows of a path. Factors stay, windows scale with period / 30 d, so that each factor keeps spending the same share of
 * the budget; short windows never under max(2 min, 20 / rate). A test's `timeScale` divides the times.
 */
export function burnWindows(model: SignalModel, path: PathSettings): BurnWindow[] {
  const timeScale = model.timeScale ?? 1;
  const scale = model.periodDays / 30 / timeScale;
  return workbook.map(({ factor, kind, longSeconds }) => ({
    factor,
    kind,
    longSeconds: Math.ceil(longSeconds * scale),
    shortSeconds: Math.ceil(
      Math.max((longSeconds / 12) * scale, shortestSeconds / timeScale, shortProbes / path.ratePerSecond),
    ),
  }));
}

/** Distinct window lengths in seconds, ascending, that burn alerts of a path read. */
export function burnWindowLengths(model: SignalModel, path: PathSettings): number[] {
  const lengths = burnWindows(model, path).flatMap((window) => [window.longSeconds, window.shortSeconds]);
  return [...new Set(lengths)].sort((a, b) => a - b);
}

/** *Path down* looks back this far, in seconds: 15 s, or ten probes, or five exports, whichever is longest. */
export function downWindowSeconds(model: SignalModel, path: PathSettings): number {
  return Math.ceil(Math.max(15, 10 / path.ratePerSecond, (5 * model.exportIntervalMs) / 1000));
}

/** *Down from one source* looks back this far, in seconds: one injector makes only its share of the rate. */
export function oneSourceWindowSeconds(model: SignalModel, path: PathSettings): number {
  return Math.ceil(Math.max(30, (20 * model.injectors) / path.ratePerSecond, downWindowSeconds(model, path)));
}

/** *Probes missing* looks back this far, in seconds. */
export function missingWindowSeconds(model: SignalModel, path: PathSettings): number {
  return Math.ceil(Math.max(30, 10 / path.ratePerSecond, (5 * model.exportIntervalMs) / 1000));
}

/** *Probes missing* waits this long, so that a rollout or a first start does not page, in seconds. */
export const missingForSeconds = 60;

/**
 * From the last good probe to *path down*, at most, in seconds: timeout, flush, export, window, evaluation. Failures of this long
 * before the page belong to it.
 */
export function noticeSeconds(model: SignalModel, path: PathSettings): number {
  const pipelineMs = path.timeoutMs + flushIntervalMs + model.exportIntervalMs;
  return Math.ceil(downWindowSeconds(model, path) + pipelineMs / 1000 + fastSeconds(model));
}

/**
 * From the start of k6 to its first probe, in milliseconds: the zeros must be flushed, exported and sampled by the recording rules
 * before they grow.
 */
export function zeroLeadMs(model: SignalModel): number {
  return flushIntervalMs + model.exportIntervalMs + fastSeconds(model) * 1000 + 1000;
}

/** Tolerated failing share of a burn factor, e.g. 14.4 × (1 − 0.999). */
export function burnThreshold(factor: number, objectivePercent: number): number {
  return factor * budgetShare(objectivePercent);
}

/** The error budget as a share: 99.9 % → 0.001. */
export function budgetShare(objectivePercent: number): number {
  return Number((1 - objectivePercent / 100).toPrecision(12));
}

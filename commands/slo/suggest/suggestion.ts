import { minimumRatePerSecond, problems } from '../../../signals/feasibility';
import type { PathSettings, SignalModel } from '../../../signals/model';
import { budgetShare } from '../../../signals/windows';
import { designEffect, supportedShare, type Block } from './confidence';
import { answersIn, longestOf, roundBoundMs } from './latency';
import type { Measured } from './measured';

/** Objectives that are suggested, in percent; the next one up has half, or a fifth, of the budget. */
export const ladder = [99, 99.5, 99.9, 99.95, 99.99] as const;

/** What must be known before anything is suggested. */
export interface Caution {
  /** 0…1, e.g. 0.95: how sure the supported share must be, one-sided. */
  readonly confidence: number;
  /** So long must probes have been counted, in milliseconds. */
  readonly atLeastMs: number;
}

/** What the counts of an SLI come to. */
export interface Reading extends Block {
  /** Share of good ones, 0…1; null without a probe. */
  readonly share: number | null;
  /** The share that the counts support with the confidence that was asked for. */
  readonly supported: number;
  /** By what factor bad ones come together more than independent ones would. */
  readonly designEffect: number;
}

/** What is suggested for a path, and why, or why nothing is. */
export interface Suggestion {
  readonly path: string;
  readonly knownMs: number;
  /** Share (0…1) of the time since the first count that is known. */
  readonly coverage: number;
  readonly availability: Reading;
  readonly latency: Reading;
  /** What the path is asked now. */
  readonly present: Objectives;
  /** Null while too little is known, or nothing of the ladder is kept. */
  readonly suggested: Objectives | null;
  /** The lowest rate at which every alert of the suggested objectives, or of the present ones, can fire with one injector lost. */
  readonly leastRatePerSecond: number;
  /** How much longer must be measured before anything is suggested, in milliseconds; 0 where enough is known. */
  readonly missingMs: number;
  /** One sentence each: what stands against a suggestion, or against a higher one. */
  readonly remarks: readonly string[];
}

/** Objectives of a path. */
export type Objectives = Pick<PathSettings, 'availabilityPercent' | 'latencyPercent' | 'latencyBoundMs'>;

/** A bound is suggested that keeps so much of its budget: the rest is for days that are worse than those measured. */
const spentOfBudget = 0.5;
/** So many answers over a bound must be expected among those measured, or the quantile is that of a few. */
const fewestBeyond = 5;

/** What the measured data of a path support. */
export function suggest(
  model: SignalModel,
  path: PathSettings,
  measured: Measured,
  { confidence, atLeastMs }: Caution,
): Suggestion {
  const availability = reading(measured.availability, measured.availabilityBlocks, confidence);
  const latency = reading(measured.latency, measured.latencyBlocks, confidence);
  const present: Objectives = {
    availabilityPercent: path.availabilityPercent,
    latencyPercent: path.latencyPercent,
    latencyBoundMs: path.latencyBoundMs,
  };
  const remarks: string[] = [];
  const supported = [...ladder].reverse().filter((percent) => percent / 100 <= availability.supported);
  const feasible = (objectives: Objectives) =>
    problems(withPath(model, { ...path, ...objectives })).length === 0;
  const missingMs = missing(path, measured, availability, { confidence, atLeastMs });
  let suggested: Objectives | null = null;
  if (missingMs === 0) {
    const bound = boundOf(path, measured, remarks);
    const objectives = (availabilityPercent: number) => ({
      ...present,
      availabilityPercent,
      latencyBoundMs: bound,
    });
    const rung = supported.find((percent) => feasible(objectives(percent)));
    const tooRare = supported[0];
    if (tooRare !== undefined && tooRare !== rung && tooRare > path.availabilityPercent) {
      const least = minimumRatePerSecond(model, { ...path, ...objectives(tooRare) });
      remarks.push(
        least > path.ratePerSecond
          ? `${tooRare} % is kept too, and needs a rate of ${ceil(least)}/s; it has ${path.ratePerSecond}/s`
          : `${tooRare} % is kept too, and does not fit the rest of the config`,
      );
    }
    const isKept = path.availabilityPercent / 100 <= availability.supported;
    if (!isKept) remarks.push(`the present ${path.availabilityPercent} % is not kept: see what fails first`);
    if (rung === undefined && !isKept)
      remarks.push(`not even ${ladder[0]} % is kept with that confidence, so no objective is suggested`);
    // What is kept may be more than a rung of the ladder, or between two.
    const percent = isKept ? Math.max(rung ?? 0, path.availabilityPercent) : rung;
    if (percent !== undefined) suggested = objectives(percent);
  }
  const asked = { ...path, ...(suggested ?? present) };
  return {
    path: path.name,
    knownMs: measured.knownMs,
    coverage: measured.sinceMs === 0 ? 0 : Math.min(1, measured.knownMs / measured.sinceMs),
    availability,
    latency,
    present,
    suggested,
    leastRatePerSecond: ceil(minimumRatePerSecond(model, asked)),
    missingMs,
    remarks,
  };
}

function reading(block: Block, blocks: readonly Block[], confidence: number): Reading {
  const effect = designEffect(blocks);
  const independent = { total: block.total / effect, bad: block.bad / effect };
  return {
    ...block,
    share: block.total === 0 ? null : (block.total - block.bad) / block.total,
    supported: supportedShare(independent, confidence),
    designEffect: effect,
  };
}

/**
 * So much longer must be measured, at the path's rate: until the time is over that was asked for, and until so many probes are counted that the
 * present objective would be told to be kept, if it is. One that is measured to be broken needs no more of them.
 */
function missing(
  path: PathSettings,
  { knownMs }: Measured,
  { share, supported, total, bad, designEffect: effect }: Reading,
  { confidence, atLeastMs }: Caution,
): number {
  const time = Math.max(0, atLeastMs - knownMs);
  const objective = path.availabilityPercent / 100;
  if (share === null) return Math.max(time, (probesFor(objective, confidence) / path.ratePerSecond) * 1000);
  if (supported >= objective || share < objective) return time;
  const told = (times: number) =>
    supportedShare({ total: (total * times) / effect, bad: (bad * times) / effect }, confidence) >= objective;
  let [low, high] = [1, 2];
  while (!told(high) && high < mostTimes) [low, high] = [high, high * 2];
  for (let step = 0; step < 20; step++) {
    const middle = (low + high) / 2;
    if (told(middle)) high = middle;
    else low = middle;
  }
  return Math.max(time, (((high - 1) * total) / path.ratePerSecond) * 1000);
}

/** Nobody waits for so many times of what is measured. */
const mostTimes = 4096;

/** So many probes without a failure support a share: it is (1 − confidence)^(1/n). */
function probesFor(share: number, confidence: number): number {
  return Math.log(1 - confidence) / Math.log(share);
}

/** The bound within which enough answers come, or the present one where that cannot be told. */
function boundOf(path: PathSettings, { durations }: Measured, remarks: string[]): number {
  const beyond = budgetShare(path.latencyPercent) * spentOfBudget;
  if (answersIn(durations) * beyond < fewestBeyond) {
    remarks.push(`too few durations are known for another bound than ${path.latencyBoundMs} ms`);
    return path.latencyBoundMs;
  }
  const longest = longestOf(durations, 1 - beyond);
  const bound = longest === undefined ? undefined : roundBoundMs(longest);
  if (bound === undefined || bound >= path.timeoutMs) {
    remarks.push(
      `${path.latencyPercent} % of the answers do not come well within the timeout of ${path.timeoutMs} ms; its bound stays`,
    );
    return path.latencyBoundMs;
  }
  return bound;
}

function withPath(model: SignalModel, changed: PathSettings): SignalModel {
  return { ...model, paths: model.paths.map((path) => (path.name === changed.name ? changed : path)) };
}

/** Hundredths, rounded up. */
function ceil(rate: number): number {
  return Math.ceil(Number((rate * 100).toFixed(6))) / 100;
}

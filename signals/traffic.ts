import { recorded } from './metrics';
import { number, select } from './promql';

/** Traffic as a multiple of what the probes of a path cause. */
export interface TrafficRatio {
  /** PromQL: requests per second. */
  readonly rate: string;
  readonly askedPerSecond: number;
  /** While this path is not watched for ten minutes, nothing is asked. */
  readonly path: string;
}

/** Values of the ratios that are off: under half, or over twice what is asked. */
export function offTraffic(ratios: readonly TrafficRatio[]): string {
  return ratios
    .map(({ rate, askedPerSecond, path }) => {
      const ratio = `${rate} / ${number(askedPerSecond)}`;
      const wanted = `and on () ${select(recorded.pathInfo, { path })} offset 10m`;
      return `(${ratio} < 0.5 ${wanted}) or (${ratio} > 2 ${wanted})`;
    })
    .join(' or ');
}

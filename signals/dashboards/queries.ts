import { recorded } from '../metrics';
import { duration, number, select, sumBy, type Matchers } from '../promql';
import type { PanelQuery } from './panels';

/**
 * Grafana's window for rates: four scrapes, or one pixel's worth of time where that is longer. `panelQueries` puts
 * `rateWindowSeconds` in its place.
 */
export const rateInterval = '$__rate_interval';

/** What stands for `rateInterval` where no Grafana fills it in, in seconds: what Grafana takes for the last hour. */
export const rateWindowSeconds = 60;

/** `rate(selector[$__rate_interval])`. */
export function rate(selector: string): string {
  return `rate(${selector}[${rateInterval}])`;
}

/** Probes (or whatever is counted) per second, summed by labels. */
export function perSecond(metric: string, matchers: Matchers, by: readonly string[]): string {
  return sumBy(by, rate(select(metric, matchers)));
}

/** A quantile of a native histogram, by labels. */
export function quantile(share: number, metric: string, matchers: Matchers, by: readonly string[]): string {
  return `histogram_quantile(${number(share)}, ${perSecond(metric, matchers, by)})`;
}

/** Queries of the median and p99 of a server's own classic histogram, by its buckets. */
export function medianAndP99(buckets: string): PanelQuery[] {
  return [0.5, 0.99].map((share) => ({
    expr: `histogram_quantile(${number(share)}, ${sumBy(['le'], rate(buckets))})`,
    legend: `p${number(share * 100)}`,
  }));
}

/** Down to thousandths of a percent: 99.9999 % must not be shown as 100 %. The factor 10⁵ is that of `formatShare`. */
export function floored(share: string): string {
  return `floor((${share}) * 100000 + 0.0001) / 100000`;
}

/** `1 - bad / total` over a window that ends now; no value where nothing was counted, 0 where nothing was good. */
export function shareGood(bad: string, total: string, windowSeconds: number): string {
  const within = (metric: string) => sumBy(['path'], `increase(${metric}[${duration(windowSeconds)}])`);
  return `1 - ${within(bad)} / (${within(total)} > 0)`;
}

/** The same, with NaN for paths that must be probed and have no value: shown as "no data" instead of not at all. */
export function ofEveryPath(expr: string): string {
  return `(${expr}) or on (path) ${sumBy(['path'], recorded.pathInfo)} * NaN`;
}

/** Pods of one workload. */
export interface Pods {
  readonly namespace: string;
  /** Their names are this, a dash and more. */
  readonly prefix: string;
}

/** Selector of the containers of a workload's pods; pods themselves and their sandboxes have no container label, and are left out. */
export function containers(metric: string, { namespace, prefix }: Pods, matchers: Matchers = {}): string {
  const selector = select(metric, { namespace, ...matchers });
  return `${selector.slice(0, -1)},pod=~"${prefix}-.+",container!=""}`;
}

/**
 * Series of the design that continuous-load had in 2024 (coreeng/continuous-load, chart 1.6.0): a CronJob whose pods push to a
 * statsd exporter beside them, with the URL, the status and the text of an error as labels. Computed from its chart, not measured: its
 * k6 0.52 cannot be compiled here.
 */

/** Seconds between two Jobs: the CronJob runs every sixth minute. */
const everySeconds = 360;
/** `completions` and `parallelism` of a Job: each pod is an `instance` and a `pod` of its own. */
const podsPerJob = 2;
/** Bounds of the exporter's histograms, 5 ms to 10 s. */
const bounds = 11;
/** Series of one histogram: its bounds, `+Inf`, sum and count. */
const perHistogram = bounds + 3;
/** `http_req_` `duration`, `blocked`, `connecting`, `tls_handshaking`, `sending`, `waiting`, `receiving`: a histogram each for every URL. */
const histogramsPerUrl = 7;
/** `http_reqs` and `http_req_failed`. */
const countersPerUrl = 2;
/** `iteration_duration` and `group_duration`. */
const histogramsPerPod = 2;
/** `iterations`, `vus`, `vus_max`, `data_sent`, `data_received`, `script_errors`. */
const othersPerPod = 6;

/** Pods that a day makes. */
export const podsPerDay = (86_400 / everySeconds) * podsPerJob;

/**
 * Series of one pod that calls some URLs. `labelSets` are the sets of status and error text that each URL is seen with: 1 while all is
 * well, one more for each kind of failure.
 */
export function seriesPerPod(urls: number, labelSets = 1): number {
  const perUrl = histogramsPerUrl * perHistogram + countersPerUrl;
  return histogramsPerPod * perHistogram + othersPerPod + urls * labelSets * perUrl;
}

/** New series that a day makes: none of a pod's lives on in the next. */
export function seriesPerDay(urls: number, labelSets = 1): number {
  return podsPerDay * seriesPerPod(urls, labelSets);
}

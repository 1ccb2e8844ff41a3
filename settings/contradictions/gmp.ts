import { pointSpacingMs } from '../monitoring-schema';
import { formatDuration } from '../units';
import type { Contradiction } from './contradiction';

/** Contradictions of Google Managed Prometheus with the rest. */
export const gmpContradictions: readonly Contradiction[] = [
  {
    uses: ['cluster', 'monitoring.kind'],
    find: ({ cluster, monitoring: { kind } }) =>
      kind !== 'gmp' || cluster.kind === 'existing'
        ? []
        : [
            {
              field: 'monitoring.kind',
              value: kind,
              allowed: `another one on a cluster of kind ${cluster.kind}: Google’s operator and its definitions must be there before`,
              mend: 'leave it out, or use cluster.kind: existing',
            },
          ],
  },
  {
    uses: ['injector.exportInterval', 'monitoring.kind'],
    find: ({ injector: { exportInterval }, monitoring: { kind } }) =>
      kind !== 'gmp' || exportInterval >= pointSpacingMs
        ? []
        : [
            {
              field: 'injector.exportInterval',
              value: formatDuration(exportInterval),
              allowed: `at least ${formatDuration(pointSpacingMs)} with monitoring.kind gmp: Google refuses two points of a series within 5s`,
              mend: 'write injector.exportInterval: 10s; outages are seen later by as much',
            },
          ],
  },
  {
    uses: ['chaos.enabled', 'monitoring.kind'],
    find: ({ chaos: { enabled }, monitoring: { kind } }) =>
      !enabled || kind !== 'gmp'
        ? []
        : [
            {
              field: 'chaos.enabled',
              value: true,
              allowed: `false with monitoring.kind gmp: the reaper asks a Prometheus without credentials, and reads series whose end must be seen at once`,
              mend: 'set chaos.enabled: false, or choose a kind of monitoring with a Prometheus in the cluster',
            },
          ],
  },
  {
    uses: ['monitoring.otlp'],
    find: ({ monitoring }) =>
      monitoring.kind !== 'gmp' || monitoring.otlp.temporality !== 'delta'
        ? []
        : [
            {
              field: 'monitoring.otlp.temporality',
              value: 'delta',
              allowed: 'cumulative: the rules are written for counters that grow',
              mend: 'leave it out',
            },
          ],
  },
  {
    uses: ['monitoring.otlp'],
    find: ({ monitoring }) =>
      monitoring.kind !== 'gmp' || !monitoring.otlp.url.endpoint.endsWith(googleApis)
        ? []
        : [
            {
              field: 'monitoring.otlp.url',
              value: monitoring.otlp.url.endpoint,
              allowed:
                'a collector of yours with monitoring.kind gmp: Google’s own endpoint wants a token that is new every hour, and names metrics otherwise',
              mend: 'run an OpenTelemetry collector with the exporter googlemanagedprometheus, and name it here',
            },
          ],
  },
  {
    uses: ['monitoring.managedAlertmanager', 'monitoring.receivers'],
    find: ({ monitoring }) =>
      monitoring.kind !== 'gmp' ||
      monitoring.managedAlertmanager !== undefined ||
      (monitoring.receivers ?? []).length === 0
        ? []
        : [
            {
              field: 'monitoring.receivers',
              value: monitoring.receivers?.map(({ name }) => name),
              allowed:
                'left out or [] without monitoring.managedAlertmanager, which is how the managed Alertmanager learns of them',
              mend: 'write monitoring.managedAlertmanager: {}, or route the severities page and ticket in your Alertmanager by yourself',
            },
          ],
  },
  {
    uses: ['monitoring.managedAlertmanager', 'monitoring.receivers'],
    find: ({ monitoring }) =>
      monitoring.kind !== 'gmp' ||
      monitoring.managedAlertmanager === undefined ||
      (monitoring.receivers ?? []).length > 0
        ? []
        : [
            {
              field: 'monitoring.managedAlertmanager',
              value: {},
              allowed: 'left out where monitoring.receivers names nobody',
              mend: 'remove it, or add a receiver',
            },
          ],
  },
];

/** How the addresses of Google's own endpoints end. */
const googleApis = '.googleapis.com:443';

import type { Contradiction } from './contradiction';

/** Contradictions of `monitoring.kind` with the rest: what a Prometheus of somebody else's cannot be asked. */
export const monitoringKindContradictions: readonly Contradiction[] = [
  {
    uses: ['cluster', 'monitoring.kind'],
    find: ({ cluster, monitoring: { kind } }) =>
      cluster.kind !== 'lab' || (kind !== 'kube-prometheus-stack' && kind !== 'none')
        ? []
        : [
            {
              field: 'monitoring.kind',
              value: kind,
              allowed: 'own on the lab, whose nodes have no way out: neither to images nor to a receiver',
              mend: 'leave it out, or use another kind of cluster',
            },
          ],
  },
  {
    uses: ['cluster', 'monitoring.kind'],
    find: ({ cluster, monitoring: { kind } }) =>
      kind !== 'existing' || cluster.kind === 'existing'
        ? []
        : [
            {
              field: 'monitoring.kind',
              value: kind,
              allowed: `another one on a cluster of kind ${cluster.kind}: the stack makes it, so that nobody's Prometheus is there before`,
              mend: 'leave it out, or use cluster.kind: existing',
            },
          ],
  },
  {
    uses: ['chaos.enabled', 'monitoring.prometheusUrl'],
    find: ({ chaos, monitoring }) =>
      !chaos.enabled || monitoring.kind !== 'none' || monitoring.prometheusUrl !== undefined
        ? []
        : [
            {
              field: 'monitoring.prometheusUrl',
              allowed:
                'given where chaos is enabled: the reaper asks what fires and how much budget is left before it removes a pod',
              mend: 'name something that answers queries and evaluates our rules, or set chaos.enabled: false',
            },
          ],
  },
  {
    uses: ['monitoring.chart', 'dashboards.sidecarLabels'],
    find: ({ monitoring, dashboards: { sidecarLabels } }) =>
      monitoring.kind !== 'kube-prometheus-stack' || !monitoring.chart.grafana || sidecarLabels === undefined
        ? []
        : [
            {
              field: 'dashboards.sidecarLabels',
              value: JSON.stringify(sidecarLabels),
              allowed: 'left out where the chart’s Grafana is the one that looks for them',
              mend: 'remove it, or set monitoring.chart.grafana: false',
            },
          ],
  },
  {
    uses: ['monitoring.replicas', 'monitoring.otlp'],
    find: ({ monitoring }) =>
      monitoring.kind !== 'existing' || monitoring.replicas === 1 || monitoring.otlp !== undefined
        ? []
        : [
            {
              field: 'monitoring.replicas',
              value: monitoring.replicas,
              allowed:
                '1 unless monitoring.otlp names a receiver: a Service spreads pushes over its replicas, and each would hold a part of every counter',
              mend: 'put a collector before them that writes to each (OTLP in, remote write out), and name it in monitoring.otlp.url',
            },
          ],
  },
  {
    uses: ['monitoring.otlp'],
    find: ({ monitoring }) =>
      monitoring.kind !== 'existing' || monitoring.otlp?.temporality !== 'delta'
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
    uses: ['monitoring.alertmanagerConfig', 'monitoring.receivers'],
    find: ({ monitoring }) =>
      monitoring.kind !== 'existing' ||
      monitoring.alertmanagerConfig !== undefined ||
      (monitoring.receivers ?? []).length === 0
        ? []
        : [
            {
              field: 'monitoring.receivers',
              value: monitoring.receivers?.map(({ name }) => name),
              allowed:
                'left out or [] without monitoring.alertmanagerConfig, which is how your Alertmanager learns of them',
              mend: 'write monitoring.alertmanagerConfig: {}, or route the severities page and ticket in your Alertmanager by yourself',
            },
          ],
  },
  {
    uses: ['monitoring.alertmanagerConfig', 'monitoring.receivers'],
    find: ({ monitoring }) =>
      monitoring.kind !== 'existing' ||
      monitoring.alertmanagerConfig === undefined ||
      (monitoring.receivers ?? []).length > 0
        ? []
        : [
            {
              field: 'monitoring.alertmanagerConfig',
              value: {},
              allowed: 'left out where monitoring.receivers names nobody',
              mend: 'remove it, or add a receiver',
            },
          ],
  },
];

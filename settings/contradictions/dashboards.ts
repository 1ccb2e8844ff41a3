import type { Contradiction } from './contradiction';

/** Contradictions of the section `dashboards`. */
export const dashboardsContradictions: readonly Contradiction[] = [
  {
    uses: ['dashboards.delivery', 'dashboards.grafanaLabels'],
    find: ({ dashboards: { delivery, grafanaLabels } }) => {
      if ((delivery === 'grafana-operator') === (grafanaLabels !== undefined)) return [];
      return grafanaLabels === undefined
        ? [
            {
              field: 'dashboards.grafanaLabels',
              allowed: 'given with delivery grafana-operator: the labels of the Grafana that gets them',
              mend: 'see `kubectl get grafanas --all-namespaces --show-labels`, and write for example { dashboards: grafana }',
            },
          ]
        : [
            {
              field: 'dashboards.grafanaLabels',
              value: JSON.stringify(grafanaLabels),
              allowed: `left out with delivery ${delivery}`,
              mend: 'remove it, or set dashboards.delivery: grafana-operator',
            },
          ];
    },
  },
  {
    uses: ['dashboards.delivery', 'dashboards.sidecarLabels'],
    find: ({ dashboards: { delivery, sidecarLabels } }) =>
      delivery === 'configmap' || sidecarLabels === undefined
        ? []
        : [
            {
              field: 'dashboards.sidecarLabels',
              value: JSON.stringify(sidecarLabels),
              allowed: `left out with delivery ${delivery}, which no sidecar takes part in`,
              mend: 'remove it, or set dashboards.delivery: configmap',
            },
          ],
  },
  {
    uses: ['cluster', 'dashboards.delivery'],
    find: ({ cluster, dashboards: { delivery } }) =>
      cluster.kind === 'lab' && delivery === 'grafana-operator'
        ? [
            {
              field: 'dashboards.delivery',
              value: delivery,
              allowed:
                'configmap or files on the lab, whose API server has no definition of GrafanaDashboard',
              mend: 'leave it out',
            },
          ]
        : [],
  },
];

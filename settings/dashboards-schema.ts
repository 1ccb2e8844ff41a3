import { z } from 'zod';
import { choice, labels } from './fields';

/** How the dashboards come into a Grafana. */
export const dashboardsSchema = z
  .strictObject({
    delivery: choice(
      ['configmap', 'grafana-operator', 'files'],
      'write for example configmap, which costs nothing where no Grafana looks for it',
    )
      .prefault('configmap')
      .describe('As ConfigMaps for Grafana’s sidecar, as resources of grafana-operator, or as files alone.'),
    sidecarLabels: labels('write for example { grafana_dashboard: "1" }, or leave it out').optional().meta({
      description: 'What Grafana’s sidecar looks for; with configmap only.',
      leftOut: 'grafana_dashboard: "1"',
    }),
    grafanaLabels: labels('write for example { dashboards: grafana }, as your Grafana has it')
      .optional()
      .describe(
        'Labels of the Grafana resource that gets the dashboards; with grafana-operator only, and needed there.',
      ),
  })
  .prefault({})
  .describe('How the dashboards come into a Grafana.');

/** How the dashboards come into a Grafana, as the config says it. */
export type DashboardsSettings = z.output<typeof dashboardsSchema>;

import { z } from 'zod';
import { choice, leaf } from './fields';

/** A key and a value of a label: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
const labelKey = /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?$/;

const labels = (mend: string) =>
  leaf({
    type: 'map of labels',
    written: { type: 'object', minProperties: 1, additionalProperties: { type: 'string' } },
    allowed: 'one label or more of Kubernetes, each a key and a text',
    mend,
    parse: (raw): Readonly<Record<string, string>> | undefined => {
      if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return undefined;
      const entries = Object.entries(raw as Record<string, unknown>);
      const right = entries.every(
        ([key, value]) => labelKey.test(key) && typeof value === 'string' && labelValue.test(value),
      );
      return right && entries.length > 0
        ? (Object.fromEntries(entries) as Record<string, string>)
        : undefined;
    },
  });

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

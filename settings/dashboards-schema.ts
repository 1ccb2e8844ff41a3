import { z } from 'zod';
import { choice, leaf } from './fields';

/** A key and a value of a label: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
const labelKey = /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?$/;

const labels = (mend: string) =>
  leaf({
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
    ).prefault('configmap'),
    /** What Grafana's sidecar looks for. */
    sidecarLabels: labels('write for example { grafana_dashboard: "1" }, or leave it out').optional(),
    /** Labels of the Grafana resource that grafana-operator puts them into. */
    grafanaLabels: labels('write for example { dashboards: grafana }, as your Grafana has it').optional(),
  })
  .prefault({});

/** How the dashboards come into a Grafana, as the config says it. */
export type DashboardsSettings = z.output<typeof dashboardsSchema>;

// Made by `npx tsx plugin/docs.ts` from the schemas in settings/: change those, not this file.

/** How the dashboards come into a Grafana. */
export interface DashboardsArgs {
  /** As ConfigMaps for Grafana’s sidecar, as resources of grafana-operator, or as files alone. Must be one of configmap, grafana-operator, files. Default configmap. */
  delivery?: string;
  /** What Grafana’s sidecar looks for; with configmap only. Must be one label or more of Kubernetes, each a key and a text. Left out: grafana_dashboard: "1". */
  sidecarLabels?: Record<string, string>;
  /** Labels of the Grafana resource that gets the dashboards; with grafana-operator only, and needed there. Must be one label or more of Kubernetes, each a key and a text. */
  grafanaLabels?: Record<string, string>;
}

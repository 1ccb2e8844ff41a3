// Made by `npx tsx plugin/docs.ts` from the schemas in settings/: change those, not this file.

/** Network policies: default deny, and for each workload what it needs. */
export interface NetworkPoliciesArgs {
  /** Refuses in the product’s namespaces all traffic but what each workload needs; a lab made with it keeps the policies too. Must be true or false. Default false. */
  enabled?: boolean;
  /** Namespaces whose pods may ask Prometheus and Alertmanager, such as that of your Grafana. Must be the name of a namespace. Default []. */
  readers?: string[];
}

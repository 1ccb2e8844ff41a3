import * as k8s from '@pulumi/kubernetes';
import type * as pulumi from '@pulumi/pulumi';
import type { CustomResourceArgs } from './custom-resource';

/** What is used of grafana-operator's kind GrafanaDashboard (grafana.integreatly.org/v1beta1). */
export interface GrafanaDashboardModel {
  readonly spec?: {
    /** Labels of the Grafanas that get it; cannot be changed once it is there. */
    readonly instanceSelector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly allowCrossNamespaceImport?: boolean;
    readonly folder?: string;
    /** The dashboard as classic JSON. */
    readonly json: string;
  };
}

/** A dashboard that grafana-operator puts into Grafanas. */
export class GrafanaDashboard extends k8s.apiextensions.CustomResource {
  static readonly __pulumiType = 'kubernetes:grafana.integreatly.org/v1beta1:GrafanaDashboard';

  constructor(
    name: string,
    args: CustomResourceArgs<GrafanaDashboardModel>,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(name, { apiVersion: 'grafana.integreatly.org/v1beta1', kind: 'GrafanaDashboard', ...args }, opts);
  }
}

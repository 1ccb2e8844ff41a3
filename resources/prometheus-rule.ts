import * as k8s from '@pulumi/kubernetes';
import type * as pulumi from '@pulumi/pulumi';
import type { IPrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule';
import type { CustomResourceArgs } from './custom-resource';

/** Recording and alerting rules that the operator loads into Prometheus. */
export class PrometheusRule extends k8s.apiextensions.CustomResource {
  static readonly __pulumiType = 'kubernetes:monitoring.coreos.com/v1:PrometheusRule';

  constructor(name: string, args: CustomResourceArgs<IPrometheusRule>, opts?: pulumi.CustomResourceOptions) {
    super(name, { apiVersion: 'monitoring.coreos.com/v1', kind: 'PrometheusRule', ...args }, opts);
  }
}

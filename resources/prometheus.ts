import * as k8s from '@pulumi/kubernetes';
import type * as pulumi from '@pulumi/pulumi';
import type { IPrometheus } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/Prometheus';
import type { CustomResourceArgs } from './custom-resource';

/** A Prometheus server that the operator runs. */
export class Prometheus extends k8s.apiextensions.CustomResource {
  static readonly __pulumiType = 'kubernetes:monitoring.coreos.com/v1:Prometheus';

  constructor(name: string, args: CustomResourceArgs<IPrometheus>, opts?: pulumi.CustomResourceOptions) {
    super(name, { apiVersion: 'monitoring.coreos.com/v1', kind: 'Prometheus', ...args }, opts);
  }
}

/** What a Prometheus resource is asked to be. */
export type PrometheusSpec = CustomResourceArgs<IPrometheus>['spec'];

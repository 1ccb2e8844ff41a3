import * as k8s from '@pulumi/kubernetes';
import type * as pulumi from '@pulumi/pulumi';
import type { IPodMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PodMonitor';
import type { CustomResourceArgs } from './custom-resource';

/** Pods that Prometheus scrapes. */
export class PodMonitor extends k8s.apiextensions.CustomResource {
  static readonly __pulumiType = 'kubernetes:monitoring.coreos.com/v1:PodMonitor';

  constructor(name: string, args: CustomResourceArgs<IPodMonitor>, opts?: pulumi.CustomResourceOptions) {
    super(name, { apiVersion: 'monitoring.coreos.com/v1', kind: 'PodMonitor', ...args }, opts);
  }
}

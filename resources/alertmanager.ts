import * as k8s from '@pulumi/kubernetes';
import type * as pulumi from '@pulumi/pulumi';
import type { IAlertmanager } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/Alertmanager';
import type { CustomResourceArgs } from './custom-resource';

/** An Alertmanager that the operator runs. */
export class Alertmanager extends k8s.apiextensions.CustomResource {
  static readonly __pulumiType = 'kubernetes:monitoring.coreos.com/v1:Alertmanager';

  constructor(name: string, args: CustomResourceArgs<IAlertmanager>, opts?: pulumi.CustomResourceOptions) {
    super(name, { apiVersion: 'monitoring.coreos.com/v1', kind: 'Alertmanager', ...args }, opts);
  }
}

/** What a Alertmanager resource is asked to be. */
export type AlertmanagerSpec = CustomResourceArgs<IAlertmanager>['spec'];

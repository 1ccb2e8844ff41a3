import * as k8s from '@pulumi/kubernetes';
import type * as pulumi from '@pulumi/pulumi';
import type { IAlertmanagerConfig } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1alpha1/AlertmanagerConfig';
import type { CustomResourceArgs } from './custom-resource';

/** Routes and receivers that the operator adds to those of an Alertmanager. */
export class AlertmanagerConfig extends k8s.apiextensions.CustomResource {
  static readonly __pulumiType = 'kubernetes:monitoring.coreos.com/v1alpha1:AlertmanagerConfig';

  constructor(
    name: string,
    args: CustomResourceArgs<IAlertmanagerConfig>,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(name, { apiVersion: 'monitoring.coreos.com/v1alpha1', kind: 'AlertmanagerConfig', ...args }, opts);
  }
}

/** What an AlertmanagerConfig resource is asked to be. */
export type AlertmanagerConfigSpec = CustomResourceArgs<IAlertmanagerConfig>['spec'];

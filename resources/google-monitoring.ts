import * as k8s from '@pulumi/kubernetes';
import type * as pulumi from '@pulumi/pulumi';
import type { CustomResourceArgs } from './custom-resource';

/** What is used of the kind PodMonitoring of Google Managed Prometheus (monitoring.googleapis.com/v1). */
export interface PodMonitoringModel {
  readonly spec?: {
    /** Pods of its own namespace. */
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly endpoints: readonly {
      /** Name of a container port, or a number where none is declared. */
      readonly port: string | number;
      readonly interval: string;
      readonly path?: string;
      readonly metricRelabeling?: readonly GoogleRelabeling[];
    }[];
    readonly targetLabels: { readonly metadata: readonly ('pod' | 'container' | 'node')[] };
  };
}

/** A rule over scraped metrics; labels of the target itself cannot be changed by it. */
export interface GoogleRelabeling {
  readonly action: 'keep' | 'replace';
  readonly sourceLabels?: readonly string[];
  readonly regex?: string;
  readonly targetLabel?: string;
  readonly replacement?: string;
}

/** What is used of the kind ClusterRules, which lies outside namespaces. A rule has no `keep_firing_for`. */
export interface ClusterRulesModel {
  readonly spec?: {
    readonly groups: readonly {
      readonly name: string;
      readonly interval: string;
      readonly rules: readonly {
        readonly record?: string;
        readonly alert?: string;
        readonly expr: string;
        readonly for?: string;
        readonly labels?: Readonly<Record<string, string>>;
        readonly annotations?: Readonly<Record<string, string>>;
      }[];
    }[];
  };
}

/** What is used of the kind OperatorConfig, of which there is one in a cluster: `config` in `gmp-public`. It has no `spec`. */
export interface OperatorConfigModel {
  readonly managedAlertmanager: { readonly configSecret: { readonly name: string; readonly key: string } };
  readonly features?: { readonly config: { readonly compression: 'gzip' | 'none' } };
}

const apiVersion = 'monitoring.googleapis.com/v1';

/** Where Google's operator looks for what others tell it, and the only name that its configuration may have. */
export const operatorConfig = { namespace: 'gmp-public', name: 'config' } as const;

/** Pods of one namespace that Google's collectors scrape; its name is their label `job`. */
export class PodMonitoring extends k8s.apiextensions.CustomResource {
  static readonly __pulumiType = `kubernetes:${apiVersion}:PodMonitoring`;

  constructor(
    name: string,
    args: CustomResourceArgs<PodMonitoringModel>,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(name, { apiVersion, kind: 'PodMonitoring', ...args }, opts);
  }
}

/** Rules over the series of the whole cluster, and of no other. */
export class ClusterRules extends k8s.apiextensions.CustomResource {
  static readonly __pulumiType = `kubernetes:${apiVersion}:ClusterRules`;

  constructor(
    name: string,
    args: CustomResourceArgs<ClusterRulesModel>,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(name, { apiVersion, kind: 'ClusterRules', ...args }, opts);
  }
}

/** A part of the OperatorConfig, which is Google's own object: the rest of it stays as it is, and a field that somebody else set is a conflict. */
export class OperatorConfigPatch extends k8s.apiextensions.CustomResourcePatch {
  static readonly __pulumiType = `kubernetes:${apiVersion}:OperatorConfigPatch`;

  constructor(name: string, part: OperatorConfigModel, opts?: pulumi.CustomResourceOptions) {
    super(name, { apiVersion, kind: 'OperatorConfig', metadata: { ...operatorConfig }, ...part }, opts);
  }
}

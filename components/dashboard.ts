import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { GrafanaDashboard } from '../resources/grafana-dashboard';
import type { DashboardsSettings } from '../settings/dashboards-schema';
import {
  dashboardNames,
  dashboardUid,
  type GrafanaFile,
  grafanaFiles,
} from '../signals/dashboards/dashboards';
import type { SignalModel } from '../signals/model';
import { inside, type Cluster } from './cluster/cluster';
import { metadata } from './metadata';
import type { Namespaces } from './namespaces';

/** Arguments of {@link Dashboard}: where they go, and how (`sidecarLabels` default to those of kube-prometheus-stack). */
export interface DashboardArgs extends DashboardsSettings {
  readonly cluster: Cluster;
  readonly stack: string;
  readonly namespaces: Pick<Namespaces, 'monitoring' | 'monitoringName'>;
  readonly model: SignalModel;
}

/** What the sidecar of the Grafana chart looks for unless it is told otherwise. */
export const sidecarLabels = { grafana_dashboard: '1' } as const;

const workload = 'dashboard';
/** Folder in a Grafana that is managed by the operator; its own default is the name of our namespace. */
const folder = 'continuous-load';

/**
 * The dashboards of the stack, by one of three ways. `configmap`: each in a ConfigMap for Grafana's sidecar, which must look into
 * their namespace (`searchNamespace: ALL`); without a Grafana they lie there and cost nothing. `grafana-operator`: each in a
 * GrafanaDashboard, whose definition the cluster must have. `files`: nothing here, as `npm run dashboards` writes them.
 */
export class Dashboard extends pulumi.ComponentResource {
  /** Paths of the dashboards' pages below the address of a Grafana, by their name. */
  readonly pages: Readonly<Record<string, string>>;
  readonly #args: DashboardArgs;

  /** @throws pulumi.InputPropertyError with delivery `grafana-operator` and no labels of a Grafana. */
  constructor(name: string, args: DashboardArgs, opts?: pulumi.ComponentResourceOptions) {
    const { delivery, grafanaLabels, model } = args;
    if (delivery === 'grafana-operator' && Object.keys(grafanaLabels ?? {}).length === 0)
      throw new pulumi.InputPropertyError({
        propertyPath: 'grafanaLabels',
        reason: 'must name labels of a Grafana: without them every Grafana of the cluster would be meant',
      });
    super('continuous-load:index:Dashboard', name, {}, opts);
    this.#args = args;
    if (delivery !== 'files')
      for (const file of grafanaFiles(model))
        if (delivery === 'configmap') this.#configMap(file);
        else this.#grafanaDashboard(file, grafanaLabels ?? {});
    this.pages = Object.fromEntries(
      dashboardNames.map((each) => [each, `/d/${dashboardUid(model.stack, each)}`]),
    );
    this.registerOutputs({ pages: this.pages });
  }

  #configMap({ dashboard, file, json }: GrafanaFile): void {
    const { cluster, namespaces, sidecarLabels: wanted = sidecarLabels } = this.#args;
    const objectName = `${workload}-${dashboard}`;
    const { labels: own, ...rest } = this.#metadata(objectName);
    new k8s.core.v1.ConfigMap(
      objectName,
      { metadata: { ...rest, labels: { ...own, ...wanted } }, data: { [file]: json } },
      inside(this, cluster, [namespaces.monitoring]),
    );
  }

  #grafanaDashboard({ dashboard, json }: GrafanaFile, matchLabels: Readonly<Record<string, string>>): void {
    const { cluster, namespaces } = this.#args;
    const objectName = `${workload}-${dashboard}`;
    new GrafanaDashboard(
      objectName,
      {
        metadata: this.#metadata(objectName),
        spec: {
          instanceSelector: { matchLabels: { ...matchLabels } },
          // A Grafana rarely lives in our namespace.
          allowCrossNamespaceImport: true,
          folder,
          json,
        },
      },
      {
        ...inside(this, cluster, [namespaces.monitoring]),
        // The API server refuses to change it, and the name is fixed.
        replaceOnChanges: ['spec.instanceSelector'],
        deleteBeforeReplace: true,
      },
    );
  }

  #metadata(objectName: string) {
    return metadata(objectName, this.#args.namespaces.monitoringName, { workload, stack: this.#args.stack });
  }
}

import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { dashboardNames, dashboardUid, grafanaFiles } from '../signals/dashboards/dashboards';
import type { SignalModel } from '../signals/model';
import { inside, type Cluster } from './cluster/cluster';
import { metadata } from './metadata';
import { namespaceNames } from './names';
import type { Namespaces } from './namespaces';

/** Arguments of {@link Dashboard}. */
export interface DashboardArgs {
  readonly cluster: Cluster;
  readonly stack: string;
  readonly namespaces: Namespaces;
  readonly model: SignalModel;
  /** Labels by which Grafana's sidecar finds dashboards; default those of kube-prometheus-stack. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** What the sidecar of the Grafana chart looks for unless it is told otherwise. */
export const sidecarLabels = { grafana_dashboard: '1' } as const;

const namespace = namespaceNames.monitoring;
const workload = 'dashboard';

/**
 * The dashboards of the stack, each in a ConfigMap for Grafana's sidecar, which must look into namespace `monitoring`
 * (`searchNamespace: ALL`). Without a Grafana they lie there and cost nothing.
 */
export class Dashboard extends pulumi.ComponentResource {
  /** Paths of the dashboards' pages below the address of a Grafana, by their name. */
  readonly pages: Readonly<Record<string, string>>;

  constructor(
    name: string,
    { cluster, stack, namespaces, model, labels = sidecarLabels }: DashboardArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super('continuous-load:index:Dashboard', name, {}, opts);
    for (const { dashboard, file, json } of grafanaFiles(model)) {
      const objectName = `${workload}-${dashboard}`;
      const { labels: own, ...rest } = metadata(objectName, namespace, { workload, stack });
      new k8s.core.v1.ConfigMap(
        objectName,
        { metadata: { ...rest, labels: { ...own, ...labels } }, data: { [file]: json } },
        inside(this, cluster, [namespaces.monitoring]),
      );
    }
    this.pages = Object.fromEntries(
      dashboardNames.map((each) => [each, `/d/${dashboardUid(model.stack, each)}`]),
    );
    this.registerOutputs({ pages: this.pages });
  }
}

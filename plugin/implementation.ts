import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { Dashboard } from '../components/dashboard';
import type { Cluster } from '../components/cluster/cluster';
import { namespaceNames } from '../components/names';
import { Namespaces } from '../components/namespaces';
import { PodinfoPair } from '../components/podinfo-pair';
import { loadIn } from '../program';
import type { Settings } from '../settings';
import { injectorTargets } from '../signals/targets';
import { settingsOf } from './check';
import type { Checked, Product } from './product';

const settingsIn = ({ settings }: Checked) => settings as Settings;

/** The cluster that a component's provider reaches. */
function clusterOf(parent: pulumi.ComponentResource, { cluster, images }: Settings): Cluster {
  return {
    kind: 'existing',
    clusterName: cluster.name,
    provider: parent.getProvider('kubernetes:core/v1:Namespace') as pulumi.ProviderResource,
    endpoints: pulumi.output({}),
    images: pulumi.output(images),
  };
}

/** The components of the package, made of those of the repository. */
export const product: Product = {
  check: (part, name, args, opts) => ({ part, settings: settingsOf(part, name, args, opts) }),

  load(parent, checked) {
    const settings = settingsIn(checked);
    const { paths } = settings.model;
    // Targets of one's own need no hops of ours.
    const hops = checked.part === 'ContinuousLoad' || paths.some(({ row }) => row === undefined);
    const withoutDashboards = { ...settings, dashboards: { delivery: 'files' } as const };
    const { namespaces, otlp, prometheusUrl } = loadIn(
      clusterOf(parent, settings),
      checked.part === 'ContinuousLoad' ? settings : withoutDashboards,
      { parent },
      hops,
    );
    return {
      namespace: namespaces.load.metadata.name,
      paths: pulumi.output(paths.map(({ name }) => name)),
      otlpEndpoint: pulumi.output(otlp.endpoint),
      ...(prometheusUrl ? { prometheusUrl } : {}),
    };
  },

  pair(parent, checked) {
    const settings = settingsIn(checked);
    const { stack, podinfo } = settings;
    const cluster = clusterOf(parent, settings);
    const namespaces = new Namespaces(
      'namespaces',
      { cluster, stack, watchedFrom: namespaceNames.load },
      { parent },
    );
    const { source, target } = injectorTargets(namespaceNames.load);
    new PodinfoPair('podinfo', { cluster, stack, namespaces, podinfo, targetUrl: target }, { parent });
    return {
      namespace: namespaces.load.metadata.name,
      sourceUrl: pulumi.output(source),
      targetUrl: pulumi.output(target),
    };
  },

  dashboards(parent, checked, namespace) {
    const settings = settingsIn(checked);
    const { stack, model, dashboards } = settings;
    const cluster = clusterOf(parent, settings);
    // Theirs: it must be there, and is left as it is.
    const monitoring = k8s.core.v1.Namespace.get(namespace, namespace, { parent });
    const namespaces = { monitoring, monitoringName: namespace };
    return new Dashboard('dashboards', { cluster, stack, namespaces, model, ...dashboards }, { parent })
      .pages;
  },
};

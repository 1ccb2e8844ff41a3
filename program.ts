import * as pulumi from '@pulumi/pulumi';
import { chooseCluster } from './components/cluster/choose-cluster';
import { LoadInjector } from './components/load-injector';
import { MonitoringStack } from './components/monitoring-stack';
import { namespaceNames } from './components/names';
import { Namespaces } from './components/namespaces';
import { PodinfoPair } from './components/podinfo-pair';
import { readSettings } from './settings';
import { serviceTargets } from './signals/injector';

/** The whole stack: a cluster, two hops under load, the load, and what watches it. Throws RunError for a wrong config, before anything is registered. */
export function program() {
  const { stack, cluster: clusterSettings, podinfo, injector, monitoring, model } = readSettings();
  const cluster = chooseCluster(clusterSettings);
  const own = { provider: cluster.provider };
  const namespaces = new Namespaces('namespaces', { cluster, stack }, own);
  const targets = serviceTargets(namespaceNames.load);

  const { prometheusAddress } = new MonitoringStack(
    'monitoring',
    { cluster, stack, namespaces, monitoring, model },
    own,
  );
  new PodinfoPair(
    'podinfo',
    { cluster, stack, namespaces, podinfo, targetUrl: `${targets.target}/api/echo` },
    own,
  );
  new LoadInjector(
    'load',
    { cluster, stack, namespaces, injector, model, targets, otlpEndpoint: prometheusAddress },
    own,
  );

  return {
    cluster: { kind: cluster.kind, name: cluster.clusterName },
    kubeconfig: cluster.kubeconfig ?? pulumi.secret(''),
    paths: model.paths.map(({ name }) => name),
    urls: cluster.endpoints,
  };
}

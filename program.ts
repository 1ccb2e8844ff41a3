import * as pulumi from '@pulumi/pulumi';
import { chooseCluster } from './components/cluster/choose-cluster';
import { Dashboard } from './components/dashboard';
import { DnsNames } from './components/dns-names';
import { EchoServer } from './components/echo-server';
import { LoadInjector } from './components/load-injector';
import { MonitoringStack } from './components/monitoring-stack';
import { namespaceNames } from './components/names';
import { Namespaces } from './components/namespaces';
import { PodinfoPair } from './components/podinfo-pair';
import { readSettings } from './settings';
import { callsEcho, callsHeadless } from './signals/paths';
import { injectorTargets } from './signals/targets';

/** The whole stack: a cluster, two hops under load, the load, and what watches it. Throws RunError for a wrong config, before anything is registered. */
export function program() {
  const {
    stack,
    cluster: clusterSettings,
    images,
    podinfo,
    echo,
    injector,
    monitoring,
    model,
  } = readSettings();
  const cluster = chooseCluster(clusterSettings, images);
  const own = { provider: cluster.provider };
  const namespaces = new Namespaces('namespaces', { cluster, stack }, own);
  const targets = injectorTargets(namespaceNames.load);

  const { prometheusAddress } = new MonitoringStack(
    'monitoring',
    { cluster, stack, namespaces, monitoring, model },
    own,
  );
  new Dashboard('dashboards', { cluster, stack, namespaces, model }, own);
  new PodinfoPair('podinfo', { cluster, stack, namespaces, podinfo, targetUrl: targets.target }, own);
  if (model.paths.some(({ name }) => callsEcho(name)))
    new EchoServer('echo', { cluster, stack, namespaces, echo }, own);
  if (model.paths.some(({ name }) => callsHeadless(name)))
    new DnsNames('dns-names', { cluster, stack, namespaces }, own);
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

import * as pulumi from '@pulumi/pulumi';
import { ChaosReaper } from './components/chaos-reaper';
import { chooseCluster } from './components/cluster/choose-cluster';
import type { Cluster } from './components/cluster/cluster';
import { Dashboard } from './components/dashboard';
import { DnsNames } from './components/dns-names';
import { EchoServer } from './components/echo-server';
import { IngressGateway } from './components/gateway';
import { IstioMesh } from './components/istio-mesh';
import { runControlPlane } from './components/istio/run-control-plane';
import { meshNamespaceOf } from './components/mesh/namespace';
import { LoadInjector } from './components/load-injector';
import type { Monitoring } from './components/monitoring/monitoring';
import { openedUrls } from './components/monitoring/opened-urls';
import { watchedFrom } from './components/monitoring/watched-from';
import { MonitoringStack } from './components/monitoring-stack';
import { namespaceNames } from './components/names';
import { Namespaces } from './components/namespaces';
import { networkFacts } from './components/network/facts';
import { NetworkPolicies } from './components/network-policies';
import { NodeProber } from './components/node-prober';
import { PodinfoPair } from './components/podinfo-pair';
import { readSettings, type Settings } from './settings';
import { scaledByChaos } from './signals/chaos';
import { callsEcho, callsHeadless, needsStranger, unpublishedImages } from './signals/paths';
import { gatewayHost, injectorTargets } from './signals/targets';

/** The whole stack: a cluster, two hops under load, the load, and what watches it. Throws RunError for a wrong config, before anything is registered. */
export function program() {
  const settings = readSettings();
  const { cluster: clusterSettings, images, gateway, mesh, monitoring, networkPolicies, model } = settings;
  const cluster = chooseCluster(
    clusterSettings,
    images,
    gateway !== undefined || mesh !== undefined,
    unpublishedImages(model.paths),
    networkPolicies.enabled,
  );
  loadIn(cluster, settings, { provider: cluster.provider });

  return {
    cluster: { kind: cluster.kind, name: cluster.clusterName },
    kubeconfig: cluster.kubeconfig ?? pulumi.secret(''),
    paths: model.paths.map(({ name }) => name),
    urls: openedUrls(cluster, monitoring),
  };
}

/** All that a stack has inside a cluster; `own` says under which resource, or by which provider, and `hops` whether the pair is there that only some paths call. */
export function loadIn(
  cluster: Cluster,
  settings: Settings,
  own: pulumi.ComponentResourceOptions,
  hops = true,
): { readonly namespaces: Namespaces } & Monitoring {
  const {
    stack,
    podinfo,
    echo,
    nodeProber,
    gateway,
    mesh,
    injector,
    targetRequests,
    monitoring,
    dashboards,
    chaos,
    networkPolicies,
    model,
  } = settings;
  const namespaces = new Namespaces(
    'namespaces',
    { cluster, stack, ...(mesh ? meshNamespaceOf(mesh) : {}), watchedFrom: watchedFrom(monitoring) },
    own,
  );
  if (networkPolicies.enabled)
    new NetworkPolicies(
      'network-policies',
      { cluster, stack, namespaces, facts: networkFacts(settings) },
      own,
    );
  const gatewayAddresses = gateway?.addresses ?? {
    inside: `${gatewayHost(namespaceNames.load)}.`,
    outside: cluster.managedGateway?.externalAddress ?? '',
  };
  const targets = injectorTargets(namespaceNames.load, gatewayAddresses);

  const { otlp, prometheusUrl } = new MonitoringStack(
    'monitoring',
    { cluster, stack, namespaces, monitoring, model },
    own,
  );
  new Dashboard('dashboards', { cluster, stack, namespaces, model, ...dashboards }, own);
  const gatewayUrl = model.paths.some(({ name }) => name === 'ingress') ? targets.gatewayInside : undefined;
  const scaled = scaledByChaos(model, namespaceNames.load);
  if (hops)
    new PodinfoPair(
      'podinfo',
      {
        cluster,
        stack,
        namespaces,
        podinfo,
        targetUrl: targets.target,
        gatewayUrl,
        victims: chaos?.victims,
        scaled,
      },
      own,
    );
  const controlPlane = runControlPlane({ cluster, stack, namespaces, gateway, mesh }, own);
  const ingress =
    gateway &&
    new IngressGateway(
      'gateway',
      { cluster, stack, namespaces, gatewayClass: gateway.class, controlPlane },
      own,
    );
  const stranger = needsStranger(model.paths);
  const istioMesh =
    mesh && new IstioMesh('mesh', { cluster, stack, namespaces, podinfo, mesh, stranger, controlPlane }, own);
  if (model.paths.some((path) => callsEcho(path)))
    new EchoServer(
      'echo',
      {
        cluster,
        stack,
        namespaces,
        echo,
        mayBeRemoved: chaos?.victims.includes('echo'),
        isScaled: scaled.includes('echo'),
      },
      own,
    );
  // The one switch stops these too: a DaemonSet cannot be scaled to nothing.
  if (model.nodeProber && model.enabled !== false)
    new NodeProber(
      'nodes',
      {
        cluster,
        stack,
        namespaces,
        prober: model.nodeProber,
        resources: nodeProber.resources,
        drainAfter: echo.drainAfter,
      },
      own,
    );
  if (model.paths.some((path) => callsHeadless(path)))
    new DnsNames('dns-names', { cluster, stack, namespaces }, own);
  new LoadInjector(
    'load',
    { cluster, stack, namespaces, injector, model, targets, targetRequests, otlp },
    // A probe before gateway or mesh is there would fail for nothing.
    ingress || istioMesh
      ? { ...own, dependsOn: [...(ingress?.ready ?? []), ...(istioMesh?.ready ?? [])] }
      : own,
  );
  if (chaos && model.chaos && prometheusUrl)
    new ChaosReaper(
      'chaos',
      {
        cluster,
        stack,
        namespaces,
        model: { ...model, chaos: model.chaos },
        resources: chaos.resources,
        otlp,
        prometheusUrl,
      },
      own,
    );

  return { namespaces, otlp, ...(prometheusUrl ? { prometheusUrl } : {}) };
}

import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { stringify } from 'yaml';
import { Prometheus, type PrometheusSpec } from '../../resources/prometheus';
import type { OwnMonitoringSettings } from '../../settings/monitoring-schema';
import { inside } from '../cluster/cluster';
import { instanceLabel, metadata, untilAvailable } from '../metadata';
import { monitoringName, namespaceNames, prometheusPort } from '../names';
import type { CountsSending } from './counts-sending';
import { nodeScrapeConfigs } from './node-scraping';
import type { MonitoringPartArgs } from './part';
import { commonSpec, notOfTheStore, receiverSpec } from './prometheus-spec';
import { serviceAccount } from './rbac';

/** Arguments of {@link PrometheusServer}. */
export interface PrometheusServerArgs extends MonitoringPartArgs {
  readonly monitoring: OwnMonitoringSettings;
  /** The operator's kinds. */
  readonly crds: readonly pulumi.Resource[];
  /** What it evaluates. */
  readonly rules: readonly pulumi.Resource[];
  /** Name of Alertmanager's Service, beside this one. */
  readonly alertmanager: string;
  /** Where counts that must outlive the retention are sent; absent where nowhere. */
  readonly sending?: CountsSending | undefined;
}

const namespace = namespaceNames.monitoring;
const workload = 'prometheus';
const fullName = `${workload}-${monitoringName}`;
const scrapeFile = 'scrape.yaml';

/** Prometheus: receives the probes by OTLP, scrapes the rest, keeps both on a volume. */
export class PrometheusServer extends pulumi.ComponentResource {
  constructor(name: string, args: PrometheusServerArgs, opts?: pulumi.ComponentResourceOptions) {
    super('continuous-load:index:PrometheusServer', name, {}, opts);
    const { cluster, stack, namespaces, crds, rules } = args;
    const own = [namespaces.monitoring];
    const permissions = this.#permissions(args);
    const scrape = new k8s.core.v1.Secret(
      `${fullName}-scrape`,
      {
        metadata: metadata(`${fullName}-scrape`, namespace, { workload, stack }),
        stringData: { [scrapeFile]: stringify(nodeScrapeConfigs(args.monitoring.kubelet)) },
      },
      inside(this, cluster, own),
    );
    new Prometheus(
      monitoringName,
      {
        metadata: metadata(monitoringName, namespace, { workload, stack, annotations: untilAvailable }),
        spec: this.#spec(args),
      },
      // Rules that are there when its pod starts are in it at once; what comes later, the kubelet brings a minute or two later.
      inside(this, cluster, [...permissions, ...crds, ...rules, scrape, ...(args.sending?.secrets ?? [])]),
    );
    this.registerOutputs({});
  }

  /** Finding pods to scrape in our namespaces, and reading the metrics of kubelets; nothing else. */
  #permissions({ cluster, stack, namespaces }: PrometheusServerArgs): pulumi.Resource[] {
    const verbs = ['get', 'list', 'watch'];
    const find = [
      // Endpoints too: the operator falls back to them where it cannot read the API server's version.
      { apiGroups: [''], resources: ['pods', 'services', 'endpoints'], verbs },
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs },
    ];
    return serviceAccount(
      {
        account: fullName,
        namespace,
        stack,
        inNamespaces: Object.fromEntries(namespaces.names.map((where) => [where, find])),
        clusterWide: [
          { apiGroups: [''], resources: ['nodes'], verbs },
          { apiGroups: [''], resources: ['nodes/metrics'], verbs: ['get'] },
        ],
      },
      inside(this, cluster, namespaces.all),
    );
  }

  #spec({ cluster, stack, monitoring, alertmanager, sending }: PrometheusServerArgs): PrometheusSpec {
    const selector = {
      matchLabels: {
        'app.kubernetes.io/part-of': 'continuous-load',
        'app.kubernetes.io/instance': instanceLabel(stack),
      },
    };
    const { spec, volume } = receiverSpec(cluster, monitoring);
    return {
      ...commonSpec(cluster, stack, monitoring.resources),
      ...spec,
      serviceAccountName: fullName,
      automountServiceAccountToken: true,
      externalUrl: cluster.endpoints.apply(
        ({ prometheus }) => prometheus ?? `http://${fullName}.${namespace}.svc:${prometheusPort}`,
      ),
      storage: volume,
      ruleSelector: {
        ...selector,
        matchExpressions: notOfTheStore,
      },
      podMonitorSelector: selector,
      additionalScrapeConfigs: { name: `${fullName}-scrape`, key: scrapeFile },
      // Found through EndpointSlices, by address: an alert needs no DNS.
      alerting: { alertmanagers: [{ namespace, name: alertmanager, port: 'web', apiVersion: 'V2' }] },
      ...(sending ? { remoteWrite: sending.remoteWrite } : {}),
    };
  }
}

import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { Alertmanager, type AlertmanagerSpec } from '../../resources/alertmanager';
import type { RunMonitoringSettings } from '../../settings/monitoring-schema';
import { inside } from '../cluster/cluster';
import { imageOf, versions } from '../images';
import { metadata, untilAvailable, withoutWaiting } from '../metadata';
import { alertmanagerPort, monitoringName, namespaceNames } from '../names';
import { podSecurity } from '../pod';
import type { MonitoringPartArgs } from './part';
import { serviceAccount } from './rbac';
import { storage } from './volume';

/** Arguments of {@link AlertmanagerServer}. */
export interface AlertmanagerServerArgs extends MonitoringPartArgs {
  readonly monitoring: RunMonitoringSettings;
  /** The Secret with its configuration. */
  readonly config: k8s.core.v1.Secret;
  /** The operator's kinds. */
  readonly crds: readonly pulumi.Resource[];
}

const namespace = namespaceNames.monitoring;
const workload = 'alertmanager';
const fullName = `${workload}-${monitoringName}`;
/** Labels that the operator gives to the pods. */
const podLabels = { 'app.kubernetes.io/name': workload, alertmanager: monitoringName };

/** Alertmanager with its routes; silences and what it already sent are on a volume. */
export class AlertmanagerServer extends pulumi.ComponentResource {
  /** Name of its Service, whose port is called `web`. */
  readonly serviceName = fullName;

  constructor(name: string, args: AlertmanagerServerArgs, opts?: pulumi.ComponentResourceOptions) {
    super('continuous-load:index:AlertmanagerServer', name, {}, opts);
    const { cluster, stack, namespaces, crds, config } = args;
    const child = inside(this, cluster, [namespaces.monitoring]);
    new k8s.core.v1.Service(
      fullName,
      {
        metadata: metadata(fullName, namespace, { workload, stack, annotations: withoutWaiting }),
        spec: {
          type: cluster.nodePorts ? 'NodePort' : 'ClusterIP',
          selector: podLabels,
          ports: [
            {
              name: 'web',
              port: alertmanagerPort,
              targetPort: 'web',
              ...(cluster.nodePorts ? { nodePort: cluster.nodePorts.alertmanager } : {}),
            },
          ],
        },
      },
      child,
    );
    const account = serviceAccount(
      { account: fullName, namespace, stack, inNamespaces: {}, clusterWide: [] },
      child,
    );
    // One that is alone must be evictable: then nothing keeps it.
    if (args.monitoring.alertmanagerReplicas > 1)
      new k8s.policy.v1.PodDisruptionBudget(
        fullName,
        {
          metadata: metadata(fullName, namespace, { workload, stack }),
          spec: { maxUnavailable: 1, selector: { matchLabels: podLabels } },
        },
        child,
      );
    new Alertmanager(
      monitoringName,
      {
        metadata: metadata(monitoringName, namespace, { workload, stack, annotations: untilAvailable }),
        spec: this.#spec(args),
      },
      inside(this, cluster, [config, ...account, ...crds]),
    );
    this.registerOutputs({});
  }

  #spec({ cluster, monitoring, config }: AlertmanagerServerArgs): AlertmanagerSpec {
    return {
      replicas: monitoring.alertmanagerReplicas,
      image: imageOf(cluster, 'alertmanager'),
      imagePullPolicy: 'IfNotPresent',
      version: `v${versions.alertmanager}`,
      serviceAccountName: fullName,
      automountServiceAccountToken: false,
      podMetadata: { labels: { 'app.kubernetes.io/part-of': 'continuous-load' } },
      configSecret: config.metadata.name,
      externalUrl: cluster.endpoints.apply(
        ({ alertmanager }) => alertmanager ?? `http://${fullName}.${namespace}.svc:${alertmanagerPort}`,
      ),
      storage: storage('1Gi', monitoring.storage.class ?? cluster.storageClass),
      securityContext: podSecurity,
      resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { cpu: '200m', memory: '128Mi' } },
      ...(monitoring.alertmanagerReplicas > 1
        ? {
            topologySpreadConstraints: [
              {
                maxSkew: 1,
                topologyKey: 'kubernetes.io/hostname',
                whenUnsatisfiable: 'ScheduleAnyway',
                labelSelector: { matchLabels: podLabels },
              },
            ],
          }
        : {}),
      ...(cluster.monitoringNodes ? { nodeSelector: cluster.monitoringNodes } : {}),
    };
  }
}

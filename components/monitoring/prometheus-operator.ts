import * as pulumi from '@pulumi/pulumi';
import { inside } from '../cluster/cluster';
import { imageOf } from '../images';
import { namespaceNames } from '../names';
import { operatorCrds } from './operator-crds';
import { serviceAccount } from './rbac';
import { onePodDeployment } from './one-pod';
import type { MonitoringPartArgs } from './part';

/** Port of the operator's metrics and health. */
export const operatorPort = 8080;

const account = 'prometheus-operator';
const namespace = namespaceNames.monitoring;

/** The operator that runs Prometheus and Alertmanager, limited to its own namespace; no webhook, no kubelet Service. */
export class PrometheusOperator extends pulumi.ComponentResource {
  /** The kinds that the operator serves: custom resources wait for them. */
  readonly crds: readonly pulumi.Resource[];

  constructor(
    name: string,
    { cluster, stack, namespaces }: MonitoringPartArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super('continuous-load:index:PrometheusOperator', name, {}, opts);
    this.crds =
      cluster.operatorCrds === undefined
        ? []
        : operatorCrds(cluster.operatorCrds, {
            ...inside(this, cluster),
            // The cluster is the stack's and goes with all it has; but a chart that takes the operator's place takes these over first.
            retainOnDelete: true,
          });
    const permissions = serviceAccount(
      {
        account,
        namespace,
        stack,
        inNamespaces: {
          [namespace]: [
            {
              apiGroups: ['monitoring.coreos.com'],
              resources: [
                ...['alertmanagers', 'prometheuses'].flatMap((kind) => [
                  kind,
                  `${kind}/finalizers`,
                  `${kind}/status`,
                ]),
                'alertmanagerconfigs',
                'podmonitors',
                'probes',
                'prometheusrules',
                'servicemonitors',
              ],
              verbs: ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'],
            },
            {
              apiGroups: ['apps'],
              resources: ['statefulsets'],
              verbs: ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'],
            },
            {
              apiGroups: [''],
              resources: ['configmaps', 'secrets'],
              verbs: ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'],
            },
            { apiGroups: [''], resources: ['pods'], verbs: ['list', 'delete'] },
            {
              apiGroups: [''],
              resources: ['services', 'services/finalizers', 'endpoints'],
              verbs: ['get', 'create', 'update', 'delete'],
            },
            {
              apiGroups: ['discovery.k8s.io'],
              resources: ['endpointslices'],
              verbs: ['get', 'list', 'watch', 'create', 'update', 'delete'],
            },
          ],
        },
        clusterWide: [
          { apiGroups: [''], resources: ['namespaces'], verbs: ['get', 'list', 'watch'] },
          { apiGroups: ['storage.k8s.io'], resources: ['storageclasses'], verbs: ['get'] },
          // Asked for over all namespaces by the operator's own check, else it emits none.
          { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
        ],
      },
      inside(this, cluster, [namespaces.monitoring]),
    );
    onePodDeployment(
      account,
      {
        cluster,
        stack,
        container: {
          args: [
            `--namespaces=${namespace}`,
            `--web.listen-address=:${operatorPort}`,
            '--disable-unmanaged-prometheus-configuration=true',
            pulumi.interpolate`--prometheus-config-reloader=${imageOf(cluster, 'prometheus-config-reloader')}`,
            // The default of a hundredth of a CPU makes the first configuration take ten seconds.
            '--config-reloader-cpu-request=10m',
            '--config-reloader-cpu-limit=500m',
            '--config-reloader-memory-request=32Mi',
            '--config-reloader-memory-limit=64Mi',
          ],
          ports: [{ name: 'http', containerPort: operatorPort }],
          readinessProbe: {
            httpGet: { path: '/healthz', port: 'http' },
            periodSeconds: 2,
            failureThreshold: 5,
          },
          livenessProbe: {
            httpGet: { path: '/healthz', port: 'http' },
            periodSeconds: 10,
            timeoutSeconds: 5,
            failureThreshold: 6,
          },
          resources: {
            requests: { cpu: '20m', memory: '64Mi' },
            limits: { cpu: '500m', memory: '256Mi' },
          },
        },
      },
      // The operator looks for its kinds and permissions once, when it starts.
      inside(this, cluster, [...permissions, ...this.crds]),
    );
    this.registerOutputs({});
  }
}

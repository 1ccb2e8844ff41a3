import * as pulumi from '@pulumi/pulumi';
import { inside } from '../cluster/cluster';
import { namespaceNames } from '../names';
import { onePodDeployment } from './one-pod';
import type { MonitoringPartArgs } from './part';
import { serviceAccount } from './rbac';

/** Its ports: metrics of what it watches, and of itself. */
export const kubeStateMetricsPorts = { http: 8080, telemetry: 8081 } as const;

const account = 'kube-state-metrics';
const namespace = namespaceNames.monitoring;

/** Kinds in our namespaces whose state is turned into metrics, by API group. */
const watched: Readonly<Record<string, readonly string[]>> = {
  '': ['pods'],
  apps: ['deployments', 'replicasets', 'statefulsets', 'daemonsets'],
  policy: ['poddisruptionbudgets'],
};

/** State of nodes and of our own workloads as metrics; of nothing else. */
export class KubeStateMetrics extends pulumi.ComponentResource {
  constructor(
    name: string,
    { cluster, stack, namespaces }: MonitoringPartArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super('continuous-load:index:KubeStateMetrics', name, {}, opts);
    const verbs = ['list', 'watch'];
    const rules = Object.entries(watched).map(([group, resources]) => ({
      apiGroups: [group],
      resources: [...resources],
      verbs,
    }));
    const permissions = serviceAccount(
      {
        account,
        namespace,
        stack,
        inNamespaces: Object.fromEntries(namespaces.names.map((where) => [where, rules])),
        clusterWide: [{ apiGroups: [''], resources: ['nodes'], verbs }],
      },
      inside(this, cluster, namespaces.all),
    );
    onePodDeployment(
      account,
      {
        cluster,
        stack,
        container: {
          args: [
            '--host=0.0.0.0',
            `--port=${kubeStateMetricsPorts.http}`,
            '--telemetry-host=0.0.0.0',
            `--telemetry-port=${kubeStateMetricsPorts.telemetry}`,
            `--resources=${[...Object.values(watched).flat(), 'nodes'].join(',')}`,
            `--namespaces=${namespaces.names.join(',')}`,
          ],
          ports: [
            { name: 'http', containerPort: kubeStateMetricsPorts.http },
            { name: 'telemetry', containerPort: kubeStateMetricsPorts.telemetry },
          ],
          // `/livez` asks the API server and would restart the pod for the API server's faults.
          livenessProbe: {
            httpGet: { path: '/healthz', port: 'http' },
            periodSeconds: 10,
            timeoutSeconds: 5,
            failureThreshold: 6,
          },
          readinessProbe: {
            httpGet: { path: '/readyz', port: 'telemetry' },
            periodSeconds: 5,
            timeoutSeconds: 5,
            failureThreshold: 6,
          },
          resources: {
            requests: { cpu: '10m', memory: '32Mi' },
            limits: { cpu: '200m', memory: '128Mi' },
          },
        },
      },
      inside(this, cluster, permissions),
    );
    this.registerOutputs({});
  }
}

import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { gatewayName, gatewayPort } from '../../signals/targets';
import { inside } from '../cluster/cluster';
import { labels, metadata, selectorLabels, withoutWaiting } from '../metadata';
import { namespaceNames } from '../names';
import { containerSecurity, podSecurity, spreadOverNodes } from '../pod';
import {
  type IstioPartArgs,
  proxyEnvironment,
  proxyFlags,
  proxyMetricsPort,
  proxyMounts,
  proxyStatusPort,
  proxyVolumes,
} from '../istio/part';

const namespace = namespaceNames.load;

/** Port that Envoy itself listens on: nobody must bind a port below 1024. */
export const gatewayListenPort = 8080;
/** Seconds in which every kube-proxy forgets a pod that goes, and those in which it then ends its connections. */
const preStopSeconds = 5;
const drainSeconds = 5;

/** A stock Envoy under pilot-agent behind one Service: what a class of gateways that deploys by itself would have made. */
export class GatewayProxy extends pulumi.ComponentResource {
  constructor(
    name: string,
    args: IstioPartArgs & {
      /** Where its control plane is. */
      readonly istiod: string;
      readonly dependsOn: readonly pulumi.Resource[];
    },
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super('continuous-load:index:GatewayProxy', name, {}, opts);
    const { cluster, stack, namespaces, managed, istiod, dependsOn } = args;
    const child = inside(this, cluster, [namespaces.load]);
    const selector = selectorLabels(gatewayName, stack);
    const own = { metadata: metadata(gatewayName, namespace, { stack }) };
    const service = new k8s.core.v1.Service(
      gatewayName,
      {
        metadata: metadata(gatewayName, namespace, { stack, annotations: withoutWaiting }),
        spec: {
          type: 'NodePort',
          selector,
          ports: [
            { name: 'http', port: gatewayPort, targetPort: gatewayListenPort, nodePort: managed.nodePort },
          ],
        },
      },
      child,
    );
    const account = new k8s.core.v1.ServiceAccount(
      gatewayName,
      { ...own, automountServiceAccountToken: false },
      child,
    );
    new k8s.apps.v1.Deployment(
      gatewayName,
      {
        ...own,
        spec: {
          replicas: 2,
          selector: { matchLabels: selector },
          strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
          minReadySeconds: 2,
          revisionHistoryLimit: 3,
          template: {
            metadata: { labels: labels(gatewayName, stack) },
            spec: pod(
              selector,
              managed.images.apply((images) => images['istio-proxy']),
              istiod,
            ),
          },
        },
      },
      inside(this, cluster, [service, account, ...dependsOn]),
    );
    new k8s.policy.v1.PodDisruptionBudget(
      gatewayName,
      { ...own, spec: { maxUnavailable: 1, selector: { matchLabels: selector } } },
      child,
    );
    this.registerOutputs({});
  }
}

function pod(
  selector: Record<string, string>,
  image: pulumi.Output<string>,
  istiod: string,
): k8s.types.input.core.v1.PodSpec {
  return {
    serviceAccountName: gatewayName,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: podSecurity,
    topologySpreadConstraints: spreadOverNodes(selector),
    terminationGracePeriodSeconds: preStopSeconds + drainSeconds + 10,
    containers: [
      {
        name: 'istio-proxy',
        image,
        imagePullPolicy: 'IfNotPresent',
        args: ['proxy', 'router', ...proxyFlags(namespace)],
        env: proxyEnvironment(
          { workload: gatewayName, namespace, istiod },
          { terminationDrainDuration: `${drainSeconds}s` },
        ),
        ports: [
          { name: 'http', containerPort: gatewayListenPort },
          { name: 'metrics', containerPort: proxyMetricsPort },
          { name: 'status', containerPort: proxyStatusPort },
        ],
        startupProbe: {
          httpGet: { path: '/healthz/ready', port: 'status' },
          periodSeconds: 1,
          timeoutSeconds: 1,
          failureThreshold: 120,
        },
        readinessProbe: {
          httpGet: { path: '/healthz/ready', port: 'status' },
          periodSeconds: 5,
          timeoutSeconds: 2,
          failureThreshold: 3,
        },
        lifecycle: { preStop: { sleep: { seconds: preStopSeconds } } },
        volumeMounts: proxyMounts,
        securityContext: containerSecurity,
        resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { cpu: '1', memory: '256Mi' } },
      },
    ],
    volumes: proxyVolumes,
  };
}

import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { gatewayName, gatewayPort } from '../../signals/targets';
import { inside } from '../cluster/cluster';
import { labels, metadata, selectorLabels, withoutWaiting } from '../metadata';
import { namespaceNames } from '../names';
import { containerSecurity, podSecurity, spreadOverNodes } from '../pod';
import {
  type GatewayPartArgs,
  istiodName,
  podFields,
  rootCertificate,
  tokenMount,
  tokenVolume,
  trustDomain,
  variables,
  xdsPort,
} from './part';

const namespace = namespaceNames.load;

/** Port that Envoy itself listens on: nobody must bind a port below 1024. */
const listenPort = 8080;
/** Port of the agent's readiness; its path says ok once Envoy has its configuration. */
const statusPort = 15021;
/** Where Envoy's and the agent's metrics are merged. */
const metricsPort = 15020;
/** Seconds in which every kube-proxy forgets a pod that goes, and those in which it then ends its connections. */
const preStopSeconds = 5;
const drainSeconds = 5;

/** A stock Envoy under pilot-agent behind one Service: what a class of gateways that deploys by itself would have made. */
export class GatewayProxy extends pulumi.ComponentResource {
  constructor(
    name: string,
    args: GatewayPartArgs & { readonly dependsOn: readonly pulumi.Resource[] },
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super('continuous-load:index:GatewayProxy', name, {}, opts);
    const { cluster, stack, namespaces, managed, dependsOn } = args;
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
          ports: [{ name: 'http', port: gatewayPort, targetPort: listenPort, nodePort: managed.nodePort }],
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

const istiod = `${istiodName}.${namespace}.svc:${xdsPort}`;

const proxyConfig = {
  discoveryAddress: istiod,
  concurrency: 1,
  terminationDrainDuration: `${drainSeconds}s`,
};

/** Directories that the agent and Envoy write into. */
const writable: Readonly<Record<string, string>> = {
  'workload-socket': '/var/run/secrets/workload-spiffe-uds',
  'credential-socket': '/var/run/secrets/credential-uds',
  'workload-certs': '/var/run/secrets/workload-spiffe-credentials',
  data: '/var/lib/istio/data',
  envoy: '/etc/istio/proxy',
  tmp: '/tmp',
};

function environment(): k8s.types.input.core.v1.EnvVar[] {
  const fields = {
    ...podFields,
    INSTANCE_IP: 'status.podIP',
    HOST_IP: 'status.hostIP',
    ISTIO_META_NODE_NAME: 'spec.nodeName',
  };
  const values = {
    PILOT_CERT_PROVIDER: 'istiod',
    CA_ADDR: istiod,
    PROXY_CONFIG: JSON.stringify(proxyConfig),
    TRUST_DOMAIN: trustDomain,
    ISTIO_META_MESH_ID: trustDomain,
    ISTIO_META_CLUSTER_ID: 'Kubernetes',
    ISTIO_META_WORKLOAD_NAME: gatewayName,
    ISTIO_META_OWNER: `kubernetes://apis/apps/v1/namespaces/${namespace}/deployments/${gatewayName}`,
    ISTIO_META_POD_PORTS: '[]',
    ISTIO_META_APP_CONTAINERS: '',
  };
  return variables(fields, values);
}

function pod(
  selector: Record<string, string>,
  image: pulumi.Output<string>,
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
        args: [
          'proxy',
          'router',
          `--domain=${namespace}.svc.${trustDomain}`,
          '--proxyLogLevel=warning',
          '--proxyComponentLogLevel=misc:error',
          '--log_output_level=default:warn',
        ],
        env: environment(),
        ports: [
          { name: 'http', containerPort: listenPort },
          { name: 'metrics', containerPort: metricsPort },
          { name: 'status', containerPort: statusPort },
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
        volumeMounts: [
          ...Object.entries(writable).map(([name, mountPath]) => ({ name, mountPath })),
          tokenMount,
          { name: 'root-certificate', mountPath: '/var/run/secrets/istio', readOnly: true },
          { name: 'pod', mountPath: '/etc/istio/pod', readOnly: true },
        ],
        securityContext: containerSecurity,
        resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { cpu: '1', memory: '256Mi' } },
      },
    ],
    volumes: [
      ...Object.keys(writable).map((name) => ({ name, emptyDir: { sizeLimit: '32Mi' } })),
      tokenVolume,
      { name: 'root-certificate', configMap: { name: rootCertificate } },
      {
        name: 'pod',
        downwardAPI: {
          items: [
            { path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } },
            { path: 'annotations', fieldRef: { fieldPath: 'metadata.annotations' } },
          ],
        },
      },
    ],
  };
}

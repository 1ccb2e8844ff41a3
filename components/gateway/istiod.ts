import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { inside } from '../cluster/cluster';
import { labels, metadata, selectorLabels, withoutWaiting } from '../metadata';
import { serviceAccount } from '../monitoring/rbac';
import { namespaceNames } from '../names';
import { containerSecurity, podSecurity } from '../pod';
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
const caSecret = 'istio-ca-secret';
const read = ['get', 'list', 'watch'];

/** Istio's control plane as the controller of one gateway: it watches one namespace, injects nothing and deploys nothing. */
export class Istiod extends pulumi.ComponentResource {
  /** What a proxy must wait for. */
  readonly ready: pulumi.Resource;

  constructor(
    name: string,
    args: GatewayPartArgs & { readonly crds: readonly pulumi.Resource[] },
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super('continuous-load:index:Istiod', name, {}, opts);
    const { cluster, stack, namespaces, managed, retries, crds } = args;
    const child = inside(this, cluster, [namespaces.load]);
    const permissions = serviceAccount({ account: istiodName, namespace, stack, ...rules }, child);
    const selector = selectorLabels(istiodName, stack);
    const mesh = new k8s.core.v1.ConfigMap(
      istiodName,
      {
        metadata: metadata(istiodName, namespace, { stack }),
        data: { mesh: JSON.stringify(meshConfig(retries)) },
      },
      child,
    );
    new k8s.core.v1.Service(
      istiodName,
      {
        metadata: metadata(istiodName, namespace, { stack, annotations: withoutWaiting }),
        spec: { selector, ports: [{ name: 'grpc-xds', port: xdsPort, targetPort: xdsPort }] },
      },
      child,
    );
    this.ready = new k8s.apps.v1.Deployment(
      istiodName,
      {
        metadata: metadata(istiodName, namespace, { stack }),
        spec: {
          // Proxies keep what they were told, so that a restart of istiod costs no probe.
          replicas: 1,
          selector: { matchLabels: selector },
          revisionHistoryLimit: 3,
          template: {
            metadata: { labels: labels(istiodName, stack) },
            spec: pod(managed.images.apply((images) => images.istiod)),
          },
        },
      },
      // istiod looks for the kinds it serves when it starts.
      inside(this, cluster, [...permissions, ...crds, mesh]),
    );
    this.registerOutputs({});
  }
}

/** As little as istiod starts with (seen): Secrets and ConfigMaps of the one namespace for its root certificate. */
const rules = {
  inNamespaces: {
    [namespace]: [
      { apiGroups: [''], resources: ['pods', 'services'], verbs: read },
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: read },
      { apiGroups: [''], resources: ['secrets'], verbs: [...read, 'create'] },
      { apiGroups: [''], resources: ['secrets'], resourceNames: [caSecret], verbs: ['update'] },
      { apiGroups: [''], resources: ['configmaps'], verbs: [...read, 'create', 'update'] },
      // Watched though it is switched off: without this istiod never becomes ready.
      { apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs: read },
      {
        apiGroups: ['coordination.k8s.io'],
        resources: ['leases'],
        verbs: ['get', 'create', 'update', 'patch'],
      },
      {
        apiGroups: ['gateway.networking.k8s.io'],
        resources: ['gateways', 'httproutes', 'referencegrants'],
        verbs: read,
      },
      {
        apiGroups: ['gateway.networking.k8s.io'],
        resources: ['gateways/status', 'httproutes/status'],
        verbs: ['update', 'patch'],
      },
    ],
  },
  clusterWide: [
    { apiGroups: [''], resources: ['namespaces', 'nodes'], verbs: read },
    { apiGroups: ['apiextensions.k8s.io'], resources: ['customresourcedefinitions'], verbs: read },
    { apiGroups: ['gateway.networking.k8s.io'], resources: ['gatewayclasses'], verbs: read },
    {
      apiGroups: ['gateway.networking.k8s.io'],
      resources: ['gatewayclasses/status'],
      verbs: ['update', 'patch'],
    },
    {
      apiGroups: ['admissionregistration.k8s.io'],
      resources: ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'],
      verbs: read,
    },
    { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
  ],
};

/** Settings of the mesh. Istio repeats twice by default, which hides the very fault that a probe is there to see. */
const meshConfig = (retries: number) => ({
  rootNamespace: namespace,
  trustDomain,
  ingressControllerMode: 'OFF',
  defaultHttpRetryPolicy:
    retries === 0 ? { attempts: 0 } : { attempts: retries, retryOn: 'connect-failure,refused-stream,503' },
  // Istio's own filters for these are not in a stock Envoy.
  defaultProviders: { metrics: [], tracing: [], accessLogging: [] },
});

/** What istiod is told to leave out: all that a stock Envoy does not know, and all that one gateway does not need. */
const switches: Readonly<Record<string, string>> = {
  REVISION: 'default',
  CLUSTER_ID: 'Kubernetes',
  PILOT_CERT_PROVIDER: 'istiod',
  ISTIO_WATCH_NAMESPACE: namespace,
  PILOT_ENABLE_ALPN_FILTER: 'false',
  PILOT_ENABLE_METADATA_EXCHANGE: 'false',
  PILOT_ENABLE_GATEWAY_API_DEPLOYMENT_CONTROLLER: 'false',
  PILOT_ENABLE_GATEWAY_API_GATEWAYCLASS_CONTROLLER: 'false',
  INJECTION_WEBHOOK_CONFIG_NAME: '',
  VALIDATION_WEBHOOK_CONFIG_NAME: '',
  PILOT_CA_CERT_CONFIGMAP: rootCertificate,
};

function pod(image: pulumi.Output<string>): k8s.types.input.core.v1.PodSpec {
  return {
    serviceAccountName: istiodName,
    automountServiceAccountToken: true,
    enableServiceLinks: false,
    securityContext: podSecurity,
    containers: [
      {
        name: 'discovery',
        image,
        imagePullPolicy: 'IfNotPresent',
        args: [
          'discovery',
          '--meshConfig=/etc/istio/config/mesh',
          `--domain=${trustDomain}`,
          '--httpsAddr=',
          '--grpcAddr=',
          '--monitoringAddr=:15014',
          '--keepaliveMaxServerConnectionAge=30m',
          '--log_output_level=default:warn',
        ],
        env: variables(podFields, switches),
        ports: [
          { name: 'grpc-xds', containerPort: xdsPort },
          { name: 'http-ready', containerPort: 8080 },
          { name: 'metrics', containerPort: 15014 },
        ],
        readinessProbe: {
          httpGet: { path: '/ready', port: 'http-ready' },
          periodSeconds: 2,
          timeoutSeconds: 2,
          failureThreshold: 3,
        },
        volumeMounts: [
          { name: 'mesh', mountPath: '/etc/istio/config', readOnly: true },
          tokenMount,
          { name: 'certificates', mountPath: '/var/run/secrets/istio-dns' },
          { name: 'tmp', mountPath: '/tmp' },
        ],
        securityContext: containerSecurity,
        resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { cpu: '1', memory: '512Mi' } },
      },
    ],
    volumes: [
      { name: 'mesh', configMap: { name: istiodName } },
      tokenVolume,
      { name: 'certificates', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
      { name: 'tmp', emptyDir: { sizeLimit: '16Mi' } },
    ],
  };
}

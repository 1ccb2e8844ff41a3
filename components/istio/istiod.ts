import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { inside } from '../cluster/cluster';
import { formerly } from '../formerly';
import { labels, metadata, selectorLabels, withoutWaiting } from '../metadata';
import { serviceAccount } from '../monitoring/rbac';
import { meshNamespace } from '../../signals/targets';
import { namespaceNames } from '../names';
import { containerSecurity, podSecurity } from '../pod';
import type { ControlPlane } from './control-plane';
import { crdsOf } from './crds';
import {
  defaultRetries,
  type IstioPartArgs,
  istiodAddress,
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
/** Port of istiod's own metrics. */
export const istiodMetricsPort = 15014;
const caSecret = 'istio-ca-secret';
const read = ['get', 'list', 'watch'];
const write = ['update', 'patch'];

/** What istiod is there for: one of them at least. */
export interface IstiodArgs extends IstioPartArgs {
  /** The gateway of the stack's own; absent where there is none. */
  readonly gateway?: { readonly retries: number } | undefined;
  /** Definitions of the kinds that a gateway is described in. */
  readonly gatewayKinds: readonly pulumi.Resource[];
  /** Whether there is a mesh. */
  readonly mesh: boolean;
}

/** Istio's kinds that the mesh is described by; EnvoyFilter is what faults are made with. */
const meshKinds = [
  'virtualservices.networking.istio.io',
  'destinationrules.networking.istio.io',
  'envoyfilters.networking.istio.io',
  'peerauthentications.security.istio.io',
  'authorizationpolicies.security.istio.io',
];

/**
 * Istio's control plane, one for gateway and mesh: it injects nothing and deploys nothing. For a gateway alone it watches one namespace;
 * with a mesh it reads all, since it can be told of one or of all, and serves two.
 */
export class Istiod extends pulumi.ComponentResource implements ControlPlane {
  /** The kinds that it serves. */
  readonly kinds: readonly pulumi.Resource[];
  /** What a proxy must wait for. */
  readonly ready: pulumi.Resource;
  readonly address = istiodAddress;
  readonly isWhole = false;
  readonly gatewayLabels = {};

  constructor(name: string, args: IstiodArgs, opts?: pulumi.ComponentResourceOptions) {
    // Before there was a mesh istiod belonged to the gateway.
    super(
      'continuous-load:index:Istiod',
      name,
      {},
      { ...opts, aliases: [formerly('gateway', 'IngressGateway')] },
    );
    const { cluster, stack, namespaces, managed, gateway, gatewayKinds, mesh: hasMesh } = args;
    const child = inside(this, cluster, hasMesh ? namespaces.all : [namespaces.load]);
    this.kinds = [
      ...gatewayKinds,
      ...(hasMesh && managed.meshCrds !== undefined
        ? crdsOf(managed.meshCrds, inside(this, cluster), meshKinds)
        : []),
    ];
    const permissions = serviceAccount({ account: istiodName, namespace, stack, ...rules(hasMesh) }, child);
    const selector = selectorLabels(istiodName, stack);
    const mesh = new k8s.core.v1.ConfigMap(
      istiodName,
      {
        metadata: metadata(istiodName, namespace, { stack }),
        data: { mesh: JSON.stringify(meshConfig(gateway?.retries ?? 0, hasMesh)) },
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
            spec: pod(
              managed.images.apply((images) => images.istiod),
              hasMesh,
            ),
          },
        },
      },
      // istiod looks for the kinds it serves when it starts.
      inside(this, cluster, [...permissions, ...this.kinds, mesh]),
    );
    this.registerOutputs({});
  }
}

const gatewayGroup = 'gateway.networking.k8s.io';
const istioGroups = ['networking.istio.io', 'security.istio.io'];
/** What istiod watches; ingresses though they are switched off: without this it never becomes ready. */
const watched = [
  { apiGroups: [''], resources: ['pods', 'services'], verbs: read },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: read },
  { apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs: read },
  { apiGroups: [gatewayGroup], resources: ['gateways', 'httproutes', 'referencegrants'], verbs: read },
  // Whoever made these kinds: where one is defined and cannot be read, istiod never becomes ready either (seen as a mesh was switched off).
  { apiGroups: istioGroups, resources: meshKinds.map((kind) => kind.split('.')[0] ?? kind), verbs: read },
];
const writeRoot = { apiGroups: [''], resources: ['configmaps'], verbs: [...read, 'create', 'update'] };

/** As little as istiod starts with (seen): Secrets and ConfigMaps of its namespace for its root certificate, and what it watches. */
const rules = (mesh: boolean) => ({
  inNamespaces: {
    [namespace]: [
      ...(mesh ? [] : watched),
      { apiGroups: [''], resources: ['secrets'], verbs: [...read, 'create'] },
      { apiGroups: [''], resources: ['secrets'], resourceNames: [caSecret], verbs: ['update'] },
      writeRoot,
      {
        apiGroups: ['coordination.k8s.io'],
        resources: ['leases'],
        verbs: ['get', 'create', 'update', 'patch'],
      },
      { apiGroups: [gatewayGroup], resources: ['gateways/status', 'httproutes/status'], verbs: write },
    ],
    ...(mesh ? { [meshNamespace]: [writeRoot] } : {}),
  },
  clusterWide: [
    { apiGroups: [''], resources: ['namespaces', 'nodes'], verbs: read },
    { apiGroups: ['apiextensions.k8s.io'], resources: ['customresourcedefinitions'], verbs: read },
    { apiGroups: [gatewayGroup], resources: ['gatewayclasses'], verbs: read },
    { apiGroups: [gatewayGroup], resources: ['gatewayclasses/status'], verbs: write },
    {
      apiGroups: ['admissionregistration.k8s.io'],
      resources: ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'],
      verbs: read,
    },
    { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
    ...(mesh ? [...watched, { apiGroups: [''], resources: ['configmaps', 'secrets'], verbs: read }] : []),
  ],
});

/** Settings of the mesh. */
const meshConfig = (retries: number, mesh: boolean) => ({
  rootNamespace: namespace,
  trustDomain,
  ingressControllerMode: 'OFF',
  defaultHttpRetryPolicy: defaultRetries(retries),
  // Istio's own filters for these are not in a stock Envoy.
  defaultProviders: { metrics: [], tracing: [], accessLogging: [] },
  ...(mesh
    ? {
        discoverySelectors: [
          {
            matchExpressions: [
              { key: 'kubernetes.io/metadata.name', operator: 'In', values: [namespace, meshNamespace] },
            ],
          },
        ],
      }
    : {}),
});

/** What istiod is told to leave out: all that a stock Envoy does not know, and all that one gateway does not need. */
const switches = (mesh: boolean): Readonly<Record<string, string>> => ({
  REVISION: 'default',
  CLUSTER_ID: 'Kubernetes',
  PILOT_CERT_PROVIDER: 'istiod',
  ...(mesh ? {} : { ISTIO_WATCH_NAMESPACE: namespace }),
  PILOT_ENABLE_ALPN_FILTER: 'false',
  PILOT_ENABLE_METADATA_EXCHANGE: 'false',
  PILOT_ENABLE_GATEWAY_API_DEPLOYMENT_CONTROLLER: 'false',
  PILOT_ENABLE_GATEWAY_API_GATEWAYCLASS_CONTROLLER: 'false',
  INJECTION_WEBHOOK_CONFIG_NAME: '',
  VALIDATION_WEBHOOK_CONFIG_NAME: '',
  PILOT_CA_CERT_CONFIGMAP: rootCertificate,
});

function pod(image: pulumi.Output<string>, mesh: boolean): k8s.types.input.core.v1.PodSpec {
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
          `--monitoringAddr=:${istiodMetricsPort}`,
          '--keepaliveMaxServerConnectionAge=30m',
          '--log_output_level=default:warn',
        ],
        env: variables(podFields, switches(mesh)),
        ports: [
          { name: 'grpc-xds', containerPort: xdsPort },
          { name: 'http-ready', containerPort: 8080 },
          { name: 'metrics', containerPort: istiodMetricsPort },
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

import type * as k8s from '@pulumi/kubernetes';
import type { Cluster, ManagedGateway } from '../cluster/cluster';
import { namespaceNames } from '../names';
import type { Namespaces } from '../namespaces';

/** What every part of Istio that the stack itself runs is told. */
export interface IstioPartArgs {
  readonly cluster: Cluster;
  readonly stack: string;
  readonly namespaces: Namespaces;
  /** What the cluster brings along for it. */
  readonly managed: ManagedGateway;
}

/** Name of the control plane's workload and Service. */
export const istiodName = 'istiod';

/** What Istio's charts call the release and the Service of istiod of a revision. */
export function istiodOf(revision: string | undefined): string {
  return revision === undefined ? istiodName : `${istiodName}-${revision}`;
}

/** Port of istiod for proxies, by mutual TLS. */
export const xdsPort = 15012;

/** Where proxies reach the stack's own istiod. */
export const istiodAddress = `${istiodName}.${namespaceNames.load}.svc:${xdsPort}`;

/** Port on which Envoy's and the agent's metrics are merged. */
export const proxyMetricsPort = 15020;

/** Port of the agent's readiness; its path says ok once Envoy has its configuration. */
export const proxyStatusPort = 15021;

/** The token by which a workload proves to istiod who it is: for that audience only, twelve hours long. */
export const tokenVolume = {
  name: 'token',
  projected: {
    sources: [
      { serviceAccountToken: { audience: 'istio-ca', expirationSeconds: 43_200, path: 'istio-token' } },
    ],
  },
};

/** Where istiod and proxies look for it. */
export const tokenMount = { name: tokenVolume.name, mountPath: '/var/run/secrets/tokens', readOnly: true };

/** What istiod and its proxies must know of their own pod: variable → field. */
export const podFields = {
  POD_NAME: 'metadata.name',
  POD_NAMESPACE: 'metadata.namespace',
  SERVICE_ACCOUNT: 'spec.serviceAccountName',
} as const;

/** Variables of a container: of fields of its pod by `fieldRef`, and plain ones. */
export function variables(
  fields: Readonly<Record<string, string>>,
  values: Readonly<Record<string, string>>,
): k8s.types.input.core.v1.EnvVar[] {
  return [
    ...Object.entries(fields).map(([name, fieldPath]) => ({ name, valueFrom: { fieldRef: { fieldPath } } })),
    ...Object.entries(values).map(([name, value]) => ({ name, value })),
  ];
}

/** Label by which objects, and the pods of a namespace, go by one revision of istiod; none for the default one. */
export function revisionLabel(revision: string | undefined): Record<string, string> {
  return revision === undefined ? {} : { 'istio.io/rev': revision };
}

/** What proxies repeat where no route says anything else. Istio repeats twice, which hides the very fault that a probe is there to see. */
export function defaultRetries(attempts: number) {
  return attempts === 0 ? { attempts } : { attempts, retryOn: 'connect-failure,refused-stream,503' };
}

/** The trust domain of istiod's certificates, and the domain of the cluster's Services. */
export const trustDomain = 'cluster.local';

/** ConfigMap that istiod writes its root certificate into. */
export const rootCertificate = 'istio-ca-root-cert';

/** Directories that the agent and Envoy write into. */
const writable: Readonly<Record<string, string>> = {
  'workload-socket': '/var/run/secrets/workload-spiffe-uds',
  'credential-socket': '/var/run/secrets/credential-uds',
  'workload-certs': '/var/run/secrets/workload-spiffe-credentials',
  data: '/var/lib/istio/data',
  envoy: '/etc/istio/proxy',
  tmp: '/tmp',
};

/** What a proxy of any kind mounts; {@link proxyVolumes} are the volumes. */
export const proxyMounts = [
  ...Object.entries(writable).map(([name, mountPath]) => ({ name, mountPath })),
  tokenMount,
  { name: 'root-certificate', mountPath: '/var/run/secrets/istio', readOnly: true },
  { name: 'pod', mountPath: '/etc/istio/pod', readOnly: true },
];

/** Volumes of a pod with a proxy. */
export const proxyVolumes = [
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
];

/** Environment of a proxy of the Deployment `workload`; `config` is Istio's ProxyConfig beside the address of istiod. */
export function proxyEnvironment(
  { workload, namespace, istiod = istiodAddress, ports = [], containers = [] }: ProxyWorkload,
  config: Readonly<Record<string, unknown>>,
): k8s.types.input.core.v1.EnvVar[] {
  const fields = {
    ...podFields,
    INSTANCE_IP: 'status.podIP',
    HOST_IP: 'status.hostIP',
    ISTIO_META_NODE_NAME: 'spec.nodeName',
  };
  return variables(fields, {
    PILOT_CERT_PROVIDER: 'istiod',
    CA_ADDR: istiod,
    PROXY_CONFIG: JSON.stringify({ discoveryAddress: istiod, concurrency: 1, ...config }),
    TRUST_DOMAIN: trustDomain,
    ISTIO_META_MESH_ID: trustDomain,
    ISTIO_META_CLUSTER_ID: 'Kubernetes',
    ISTIO_META_WORKLOAD_NAME: workload,
    ISTIO_META_OWNER: `kubernetes://apis/apps/v1/namespaces/${namespace}/deployments/${workload}`,
    ISTIO_META_POD_PORTS: JSON.stringify(ports),
    ISTIO_META_APP_CONTAINERS: containers.join(','),
  });
}

/** Whose proxy it is. */
export interface ProxyWorkload {
  readonly workload: string;
  readonly namespace: string;
  /** Where it reaches its control plane; default the stack's own istiod. */
  readonly istiod?: string;
  /** Ports of the containers beside it. */
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  /** Names of the containers beside it. */
  readonly containers?: readonly string[];
}

/** Arguments of a proxy's container after its kind. */
export function proxyFlags(namespace: string): string[] {
  return [
    `--domain=${namespace}.svc.${trustDomain}`,
    '--proxyLogLevel=warning',
    '--proxyComponentLogLevel=misc:error',
    '--log_output_level=default:warn',
  ];
}

import type * as k8s from '@pulumi/kubernetes';
import type * as pulumi from '@pulumi/pulumi';
import type { MeshSettings } from '../../settings/schema';
import { meshNamespace, podinfoPorts } from '../../signals/targets';
import {
  proxyEnvironment,
  proxyFlags,
  proxyMetricsPort,
  proxyMounts,
  proxyStatusPort,
  proxyVolumes,
  variables,
} from '../istio/part';
import { containerSecurity, httpProbes, resourceRequirements } from '../pod';
import type { MeshDrain } from './drain';

type PodSpec = k8s.types.input.core.v1.PodSpec;
type Container = k8s.types.input.core.v1.Container;

/** Istio's user: iptables lets what it sends pass, so that nothing goes round. */
const proxyUser = 1337;
/** Envoy's ports for what leaves and what enters the pod. */
const outboundPort = 15001;
const inboundPort = 15006;
/** Envoy's own metrics, under the name that Istio's injection gives the port too. */
const envoyMetrics = { name: 'http-envoy-prom', containerPort: 15090 };
/** What comes in past Envoy: the agent's and Envoy's own ports, and podinfo's metrics, which Prometheus reads without a certificate. */
const pastEnvoy = [envoyMetrics.containerPort, proxyStatusPort, proxyMetricsPort, podinfoPorts.metrics];

/** What a sidecar that the stack itself puts into a pod is told. */
export interface SidecarArgs {
  readonly workload: string;
  readonly image: pulumi.Input<string>;
  readonly drain: MeshDrain;
  readonly mesh: MeshSettings;
}

/** Istio's ProxyConfig of a proxy of the mesh, whoever makes it: how it ends, and what it counts. */
export function proxyConfig({ listenersSeconds, proxySeconds }: MeshDrain) {
  return {
    drainDuration: `${listenersSeconds}s`,
    terminationDrainDuration: `${proxySeconds}s`,
    // Istio's Envoy leaves these out unless it is asked: what the masked attempts and the alerts are counted by.
    proxyStatsMatcher: {
      inclusionRegexps: [
        'cluster\\.(outbound|inbound).*(upstream_rq|upstream_cx).*',
        'http\\.(inbound|outbound).*downstream_rq.*',
      ],
    },
  };
}

/** The same of a sidecar; `certificateLife` in milliseconds. */
export function sidecarConfig(drain: MeshDrain, { certificateLife }: Pick<MeshSettings, 'certificateLife'>) {
  return {
    // Names and values of variables of the agent.
    proxyMetadata: { SECRET_TTL: `${Math.floor(certificateLife / 1000)}s` },
    ...proxyConfig(drain),
  };
}

/** Labels by which proxies know that a pod speaks mutual TLS, and what it is. */
export function sidecarLabels(workload: string): Record<string, string> {
  return {
    'security.istio.io/tlsMode': 'istio',
    'service.istio.io/canonical-name': workload,
    'service.istio.io/canonical-revision': 'latest',
  };
}

/** Annotations by which Istio's own injection makes the same of a pod as {@link withSidecar}. */
export function injectionAnnotations(drain: MeshDrain, mesh: MeshSettings): Record<string, string> {
  const { requests, limits } = resourceRequirements(mesh.resources);
  return {
    'proxy.istio.io/config': JSON.stringify(sidecarConfig(drain, mesh)),
    'sidecar.istio.io/nativeSidecar': 'true',
    'sidecar.istio.io/proxyCPU': requests.cpu,
    'sidecar.istio.io/proxyMemory': requests.memory,
    'sidecar.istio.io/proxyCPULimit': limits.cpu,
    'sidecar.istio.io/proxyMemoryLimit': limits.memory,
    'traffic.sidecar.istio.io/excludeInboundPorts': `${podinfoPorts.metrics}`,
    // A running pod stays with the istiod that injected it: new pods must be there before that one goes.
    ...(mesh.revision === undefined ? {} : { 'mesh.continuous-load/revision': mesh.revision }),
  };
}

/** The pod of podinfo with a native sidecar, written out as Istio's injection would: where no webhook stands in the way of pods. */
export function withSidecar(pod: PodSpec, podinfo: Container, args: SidecarArgs): PodSpec {
  const container: Container = {
    ...podinfo,
    readinessProbe: throughAgent('readyz', httpProbes.readinessProbe),
    livenessProbe: throughAgent('livez', httpProbes.livenessProbe),
  };
  return {
    ...pod,
    initContainers: [redirection(args), proxy(args)],
    containers: [container],
    volumes: proxyVolumes,
  };
}

/** The kubelet has no certificate, so the agent asks podinfo in its place. */
function throughAgent(name: 'readyz' | 'livez', probe: (typeof httpProbes)['readinessProbe']) {
  return { ...probe, httpGet: { path: agentPath(name), port: proxyMetricsPort } };
}

function agentPath(name: 'readyz' | 'livez'): string {
  return `/app-health/podinfo/${name}`;
}

const appProbers = Object.fromEntries(
  (
    [
      ['readyz', httpProbes.readinessProbe],
      ['livez', httpProbes.livenessProbe],
    ] as const
  ).map(([name, { httpGet, timeoutSeconds }]) => [
    agentPath(name),
    { httpGet: { path: httpGet.path, port: podinfoPorts.http, scheme: 'HTTP' }, timeoutSeconds },
  ]),
);

/** Redirects the pod's traffic to Envoy, once, before anything else runs in it. */
function redirection({ image, mesh }: SidecarArgs): Container {
  return {
    name: 'istio-init',
    image,
    imagePullPolicy: 'IfNotPresent',
    args: [
      'istio-iptables',
      ...['-p', `${outboundPort}`, '-z', `${inboundPort}`, '-u', `${proxyUser}`, '-m', 'REDIRECT'],
      ...['-i', '*', '-x', '', '-b', '*', '-d', pastEnvoy.join(',')],
      '--log_output_level=default:warn',
    ],
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      runAsUser: 0,
      runAsGroup: 0,
      runAsNonRoot: false,
      capabilities: { drop: ['ALL'], add: ['NET_ADMIN', 'NET_RAW'] },
    },
    resources: resourceRequirements(mesh.resources),
  };
}

function proxy({ workload, image, drain, mesh }: SidecarArgs): Container {
  const { proxyMetadata, ...config } = sidecarConfig(drain, mesh);
  const environment = proxyEnvironment(
    {
      workload,
      namespace: meshNamespace,
      ports: [{ name: 'http', containerPort: podinfoPorts.http }],
      containers: ['podinfo'],
    },
    config,
  );
  const ready = { httpGet: { path: '/healthz/ready', port: proxyStatusPort } };
  return {
    name: 'istio-proxy',
    image,
    imagePullPolicy: 'IfNotPresent',
    restartPolicy: 'Always',
    args: ['proxy', 'sidecar', ...proxyFlags(meshNamespace)],
    env: [
      ...environment,
      ...variables({}, proxyMetadata),
      { name: 'ISTIO_META_INTERCEPTION_MODE', value: 'REDIRECT' },
      { name: 'ISTIO_KUBE_APP_PROBERS', value: JSON.stringify(appProbers) },
    ],
    ports: [envoyMetrics],
    // podinfo starts once Envoy has its configuration: its first call finds the mesh.
    startupProbe: { ...ready, periodSeconds: 1, timeoutSeconds: 3, failureThreshold: 600 },
    readinessProbe: { ...ready, periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 4 },
    // The beginning of the end: Envoy tells its callers to go elsewhere. It is stopped after podinfo.
    lifecycle: {
      preStop: {
        exec: { command: ['pilot-agent', 'request', `--debug-port=${proxyMetricsPort}`, 'POST', 'drain'] },
      },
    },
    volumeMounts: proxyMounts,
    securityContext: {
      ...containerSecurity,
      runAsUser: proxyUser,
      runAsGroup: proxyUser,
      runAsNonRoot: true,
    },
    resources: resourceRequirements(mesh.resources),
  };
}

import * as k8s from '@pulumi/kubernetes';
import type * as pulumi from '@pulumi/pulumi';
import type { PodinfoSettings } from '../settings/schema';
import { goDuration } from '../settings/units';
import { podinfoPorts } from '../signals/targets';
import type { Cluster } from './cluster/cluster';
import { imageOf } from './images';
import { labels, metadata, selectorLabels, takenBack, withoutWaiting } from './metadata';
import { containerSecurity, httpProbes, podSecurity, resourceRequirements, spreadOverNodes } from './pod';

type PodSpec = k8s.types.input.core.v1.PodSpec;
type Container = k8s.types.input.core.v1.Container;

/** One hop of podinfo, and what is special about it. */
export interface PodinfoHopArgs {
  readonly cluster: Cluster;
  readonly stack: string;
  readonly podinfo: PodinfoSettings;
  readonly namespace: string;
  readonly hop: string;
  /** Flags of podinfo after those that all hops have. */
  readonly flags: readonly string[];
  /** Whether its Service has the port of gRPC; default true. */
  readonly grpc?: boolean;
  readonly nodePort?: number | undefined;
  /** Labels and annotations of its pods beside the usual. */
  readonly podLabels?: Readonly<Record<string, string>>;
  readonly podAnnotations?: Readonly<Record<string, string>>;
  /** Whether chaos changes its replicas for a while; default false. */
  readonly isScaled?: boolean;
  /** Makes the pod and podinfo's container in it something else: with an account, with a sidecar. */
  readonly shapePod?: (pod: PodSpec, podinfo: Container) => PodSpec;
}

/** What source hops are started with: every echo is passed on to `url`. */
export function passingOnTo(url: string, { clientTimeout }: PodinfoSettings): string[] {
  return [`--backend-url=${url}`, `--http-client-timeout=${goDuration(clientTimeout)}`];
}

/** Service, Deployment and disruption budget of one hop. */
export function podinfoHop(
  args: PodinfoHopArgs,
  child: pulumi.CustomResourceOptions,
): { readonly service: k8s.core.v1.Service; readonly deployment: k8s.apps.v1.Deployment } {
  const { stack, podinfo, namespace, hop, grpc = true, nodePort } = args;
  const selector = selectorLabels(hop, stack);
  const service = new k8s.core.v1.Service(
    hop,
    {
      metadata: metadata(hop, namespace, { stack, annotations: withoutWaiting }),
      spec: {
        type: nodePort === undefined ? 'ClusterIP' : 'NodePort',
        selector,
        ports: [
          {
            name: 'http',
            port: podinfoPorts.http,
            targetPort: 'http',
            ...(nodePort === undefined ? {} : { nodePort }),
          },
          ...(grpc ? [{ name: 'grpc', port: podinfoPorts.grpc, targetPort: 'grpc' }] : []),
        ],
      },
    },
    child,
  );
  const deployment = new k8s.apps.v1.Deployment(
    hop,
    {
      metadata: metadata(hop, namespace, { stack, ...takenBack(args.isScaled ?? false) }),
      spec: {
        replicas: podinfo.replicas,
        selector: { matchLabels: selector },
        // A new pod is up before an old one goes, one at a time.
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
        minReadySeconds: 2,
        revisionHistoryLimit: 3,
        template: {
          metadata: {
            labels: { ...labels(hop, stack), ...args.podLabels },
            ...(args.podAnnotations ? { annotations: args.podAnnotations } : {}),
          },
          spec: pod(args, selector),
        },
      },
    },
    child,
  );
  new k8s.policy.v1.PodDisruptionBudget(
    hop,
    {
      metadata: metadata(hop, namespace, { stack }),
      spec: {
        maxUnavailable: podinfo.disruptionBudget.maxUnavailable,
        selector: { matchLabels: selector },
      },
    },
    child,
  );
  return { service, deployment };
}

function pod(args: PodinfoHopArgs, selector: Record<string, string>): PodSpec {
  const { cluster, podinfo, flags, shapePod } = args;
  const container = {
    name: 'podinfo',
    image: imageOf(cluster, 'podinfo'),
    imagePullPolicy: 'IfNotPresent',
    // The public image has no entrypoint, so `args` alone would replace its command.
    command: ['./podinfo'],
    args: [
      `--port=${podinfoPorts.http}`,
      `--port-metrics=${podinfoPorts.metrics}`,
      `--grpc-port=${podinfoPorts.grpc}`,
      '--level=info',
      `--server-shutdown-timeout=${goDuration(podinfo.drain.shutdown)}`,
      ...flags,
    ],
    ports: [
      { name: 'http', containerPort: podinfoPorts.http },
      { name: 'metrics', containerPort: podinfoPorts.metrics },
      { name: 'grpc', containerPort: podinfoPorts.grpc },
    ],
    ...httpProbes,
    // podinfo stops taking connections at SIGTERM; by then every kube-proxy must have forgotten this pod.
    lifecycle: { preStop: { sleep: { seconds: Math.ceil(podinfo.drain.preStop / 1000) } } },
    securityContext: containerSecurity,
    resources: resourceRequirements(podinfo.resources),
  };
  const spec = {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: podSecurity,
    topologySpreadConstraints: spreadOverNodes(selector),
    terminationGracePeriodSeconds: Math.ceil(podinfo.drain.grace / 1000),
    containers: [container],
  };
  return shapePod ? shapePod(spec, container) : spec;
}

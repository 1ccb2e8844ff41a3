import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import type { EchoSettings } from '../settings/schema';
import { goDuration } from '../settings/units';
import { optIn } from '../signals/chaos';
import { echoPorts } from '../signals/targets';
import { inside, type Cluster } from './cluster/cluster';
import { imageOf } from './images';
import { labels, metadata, selectorLabels, takenBack, withoutWaiting } from './metadata';
import { namespaceNames } from './names';
import type { Namespaces } from './namespaces';
import { containerSecurity, httpProbes, podSecurity, resourceRequirements, spreadOverNodes } from './pod';

/** Arguments of {@link EchoServer}. */
export interface EchoServerArgs {
  readonly cluster: Cluster;
  readonly stack: string;
  readonly namespaces: Namespaces;
  readonly echo: EchoSettings;
  /** Whether the chaos reaper may remove its pods; default false. */
  readonly mayBeRemoved?: boolean | undefined;
  /** Whether it changes its replicas for a while; default false. */
  readonly isScaled?: boolean;
}

const namespace = namespaceNames.load;
const workload = 'echo';
/** Streams, connections and the last metrics end within this long after the drain began, in seconds. */
const endsWithinSeconds = 10;

/** What answers TCP, UDP, gRPC streams and WebSockets: it sends back what it gets, and ends its streams between two messages. */
export class EchoServer extends pulumi.ComponentResource {
  constructor(name: string, args: EchoServerArgs, opts?: pulumi.ComponentResourceOptions) {
    super('continuous-load:index:EchoServer', name, {}, opts);
    const { cluster, stack, namespaces, echo } = args;
    const child = inside(this, cluster, [namespaces.load]);
    const selector = selectorLabels(workload, stack);
    const ports = [
      { name: 'tcp', port: echoPorts.tcp, targetPort: 'tcp', protocol: 'TCP' },
      { name: 'udp', port: echoPorts.udp, targetPort: 'udp', protocol: 'UDP' },
      { name: 'grpc', port: echoPorts.grpc, targetPort: 'grpc', protocol: 'TCP' },
      { name: 'http', port: echoPorts.http, targetPort: 'http', protocol: 'TCP' },
    ];
    new k8s.core.v1.Service(
      workload,
      {
        metadata: metadata(workload, namespace, { stack, annotations: withoutWaiting }),
        spec: { type: 'ClusterIP', selector, ports },
      },
      child,
    );
    new k8s.apps.v1.Deployment(
      workload,
      {
        metadata: metadata(workload, namespace, { stack, ...takenBack(args.isScaled ?? false) }),
        spec: {
          replicas: echo.replicas,
          selector: { matchLabels: selector },
          strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
          minReadySeconds: 2,
          revisionHistoryLimit: 3,
          template: {
            metadata: { labels: { ...labels(workload, stack), ...(args.mayBeRemoved ? optIn : {}) } },
            spec: pod(args, selector),
          },
        },
      },
      child,
    );
    new k8s.policy.v1.PodDisruptionBudget(
      workload,
      {
        metadata: metadata(workload, namespace, { stack }),
        spec: { maxUnavailable: 1, selector: { matchLabels: selector } },
      },
      child,
    );
    this.registerOutputs({});
  }
}

function pod(
  { cluster, echo }: EchoServerArgs,
  selector: Record<string, string>,
): k8s.types.input.core.v1.PodSpec {
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: podSecurity,
    topologySpreadConstraints: spreadOverNodes(selector),
    terminationGracePeriodSeconds: Math.ceil(echo.drainAfter / 1000) + endsWithinSeconds,
    containers: [
      {
        name: workload,
        image: imageOf(cluster, 'echo'),
        imagePullPolicy: 'IfNotPresent',
        // It drains by itself: first out of the Services, and only then it ends what is open.
        args: [`--drain-after=${goDuration(echo.drainAfter)}`],
        ports: [
          { name: 'tcp', containerPort: echoPorts.tcp, protocol: 'TCP' },
          { name: 'udp', containerPort: echoPorts.udp, protocol: 'UDP' },
          { name: 'grpc', containerPort: echoPorts.grpc },
          { name: 'http', containerPort: echoPorts.http },
        ],
        ...httpProbes,
        securityContext: containerSecurity,
        resources: resourceRequirements(echo.resources),
      },
    ],
  };
}

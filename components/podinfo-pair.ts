import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import type { PodinfoSettings } from '../settings/schema';
import { goDuration } from '../settings/units';
import { inside, type Cluster } from './cluster/cluster';
import { imageOf } from './images';
import { labels, metadata, selectorLabels, withoutWaiting } from './metadata';
import { optIn } from '../signals/chaos';
import { podinfoPorts } from '../signals/targets';
import { namespaceNames } from './names';
import type { Namespaces } from './namespaces';
import { containerSecurity, httpProbes, podSecurity, resourceRequirements, spreadOverNodes } from './pod';

/** Arguments of {@link PodinfoPair}. */
export interface PodinfoPairArgs {
  readonly cluster: Cluster;
  readonly stack: string;
  readonly namespaces: Namespaces;
  readonly podinfo: PodinfoSettings;
  /** Where source passes every echo on to: a URL of target. */
  readonly targetUrl: string;
  /** Where `source-ingress` passes every echo on to: a URL of the gateway; absent where no path goes through one. */
  readonly gatewayUrl?: string | undefined;
  /** Hops whose pods the chaos reaper may remove; default none. */
  readonly victims?: readonly string[] | undefined;
}

const namespace = namespaceNames.load;

/** The two hops under load: `source` answers by asking `target`. Losing or restarting one pod of either costs no probe. */
export class PodinfoPair extends pulumi.ComponentResource {
  readonly source: k8s.core.v1.Service;
  readonly target: k8s.core.v1.Service;
  readonly #args: PodinfoPairArgs;

  /** @throws pulumi.InputPropertyError when a rollout or a drain could take the last replica. */
  constructor(name: string, args: PodinfoPairArgs, opts?: pulumi.ComponentResourceOptions) {
    const { replicas, disruptionBudget, drain } = args.podinfo;
    if (disruptionBudget.maxUnavailable < 1 || disruptionBudget.maxUnavailable >= replicas)
      throw new pulumi.InputPropertyError({
        propertyPath: 'podinfo.disruptionBudget.maxUnavailable',
        reason: `must be at least 1 and less than the ${replicas} replicas`,
      });
    if (drain.preStop + drain.shutdown > drain.grace)
      throw new pulumi.InputPropertyError({
        propertyPath: 'podinfo.drain.grace',
        reason: 'must be at least preStop + shutdown',
      });
    super('continuous-load:index:PodinfoPair', name, {}, opts);
    this.#args = args;
    this.target = this.#hop('target', []);
    this.source = this.#hop('source', this.#passingOnTo(args.targetUrl));
    // podinfo calls all its backends for one request, so each two-hop path has a source of its own.
    if (args.gatewayUrl !== undefined) this.#hop('source-ingress', this.#passingOnTo(args.gatewayUrl));
    this.registerOutputs({});
  }

  #passingOnTo(url: string): string[] {
    return [`--backend-url=${url}`, `--http-client-timeout=${goDuration(this.#args.podinfo.clientTimeout)}`];
  }

  /** Service, Deployment and disruption budget of one hop. */
  #hop(hop: 'source' | 'target' | 'source-ingress', flags: readonly string[]): k8s.core.v1.Service {
    const { cluster, stack, namespaces, podinfo, victims = [] } = this.#args;
    const child = inside(this, cluster, [namespaces.load]);
    const selector = selectorLabels(hop, stack);
    const nodePort = hop === 'source' ? cluster.nodePorts?.podinfo : undefined;
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
            { name: 'grpc', port: podinfoPorts.grpc, targetPort: 'grpc' },
          ],
        },
      },
      child,
    );
    new k8s.apps.v1.Deployment(
      hop,
      {
        metadata: metadata(hop, namespace, { stack }),
        spec: {
          replicas: podinfo.replicas,
          selector: { matchLabels: selector },
          // A new pod is up before an old one goes, one at a time.
          strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
          minReadySeconds: 2,
          revisionHistoryLimit: 3,
          template: {
            metadata: { labels: { ...labels(hop, stack), ...(victims.includes(hop) ? optIn : {}) } },
            spec: this.#pod(selector, flags),
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
    return service;
  }

  #pod(selector: Record<string, string>, flags: readonly string[]): k8s.types.input.core.v1.PodSpec {
    const { cluster, podinfo } = this.#args;
    return {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: podSecurity,
      topologySpreadConstraints: spreadOverNodes(selector),
      terminationGracePeriodSeconds: Math.ceil(podinfo.drain.grace / 1000),
      containers: [
        {
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
        },
      ],
    };
  }
}

import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import type { EchoSettings, NodeProberConfig } from '../settings/schema';
import { goDuration } from '../settings/units';
import { goMemoryLimit } from '../signals/injector';
import {
  nodeEchoPorts,
  type NodeProberSettings,
  nodeProberPort,
  nodeWorkloads,
  nodeZeroLeadSeconds,
} from '../signals/node-model';
import { apiCredentials } from './api-access';
import { inside, type Cluster } from './cluster/cluster';
import { imageOf } from './images';
import { labels, metadata, selectorLabels, withoutWaiting } from './metadata';
import { namespaceNames } from './names';
import type { Namespaces } from './namespaces';
import { containerSecurity, httpProbes, podSecurity, resourceRequirements } from './pod';

/** Arguments of {@link NodeProber}. */
export interface NodeProberArgs {
  readonly cluster: Cluster;
  readonly stack: string;
  readonly namespaces: Namespaces;
  /** How nodes are probed. */
  readonly prober: NodeProberSettings;
  /** What a pod of either kind may take. */
  readonly resources: NodeProberConfig['resources'];
  /** How an echo leaves. */
  readonly drainAfter: EchoSettings['drainAfter'];
}

const namespace = namespaceNames.load;
/** Connections and the last metrics of an echo end within this long after the drain began, in seconds. */
const endsWithinSeconds = 10;
/** An echo of a node has its k probers, and Prometheus and kubelet beside them. */
const mostConnections = 256;
/**
 * Some nodes at a time, each new pod before its old one goes: one by one would take hours on a thousand nodes. A DaemonSet has no
 * disruption budget: draining a node leaves its pods alone.
 */
const rollingUpdate = { maxSurge: '10%', maxUnavailable: 0 };

/**
 * An echo and a light prober on every node that takes pods: each prober probes its own node's echo and those of some others, and shows
 * what came of it by pair.
 */
export class NodeProber extends pulumi.ComponentResource {
  constructor(name: string, args: NodeProberArgs, opts?: pulumi.ComponentResourceOptions) {
    super('continuous-load:index:NodeProber', name, {}, opts);
    const { cluster, stack, namespaces } = args;
    const child = inside(this, cluster, [namespaces.load]);
    const echoes = this.#echoes(args, child);
    const access = this.#access(args, child);
    new k8s.apps.v1.DaemonSet(
      nodeWorkloads.prober,
      {
        metadata: metadata(nodeWorkloads.prober, namespace, { stack }),
        spec: daemons(nodeWorkloads.prober, stack, proberPod(args)),
      },
      // A prober is ready once it probes, and until there are echoes it has nothing to.
      inside(this, cluster, [namespaces.load, ...echoes, ...access]),
    );
    this.registerOutputs({});
  }

  /** The echoes, and the headless Service whose EndpointSlices say where they are: each with its node and its zone. */
  #echoes({ stack, ...args }: NodeProberArgs, child: pulumi.CustomResourceOptions): pulumi.Resource[] {
    const workload = nodeWorkloads.echo;
    return [
      new k8s.core.v1.Service(
        workload,
        {
          metadata: metadata(workload, namespace, { stack, annotations: withoutWaiting }),
          spec: {
            clusterIP: 'None',
            selector: selectorLabels(workload, stack),
            ports: [{ name: 'tcp', port: nodeEchoPorts.tcp, targetPort: 'tcp', protocol: 'TCP' }],
          },
        },
        child,
      ),
      new k8s.apps.v1.DaemonSet(
        workload,
        {
          metadata: metadata(workload, namespace, { stack }),
          spec: daemons(workload, stack, echoPod({ stack, ...args })),
        },
        child,
      ),
    ];
  }

  /** An account that may follow the EndpointSlices of its own namespace, and nothing else: nodes and their labels it cannot read. */
  #access({ stack }: NodeProberArgs, child: pulumi.CustomResourceOptions): pulumi.Resource[] {
    const workload = nodeWorkloads.prober;
    const meta = metadata(workload, namespace, { stack });
    return [
      new k8s.core.v1.ServiceAccount(
        workload,
        { metadata: meta, automountServiceAccountToken: false },
        child,
      ),
      new k8s.rbac.v1.Role(
        workload,
        {
          metadata: meta,
          rules: [
            { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
          ],
        },
        child,
      ),
      new k8s.rbac.v1.RoleBinding(
        workload,
        {
          metadata: meta,
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: workload },
          subjects: [{ kind: 'ServiceAccount', name: workload, namespace }],
        },
        child,
      ),
    ];
  }
}

/** The spec of a DaemonSet on every node that ordinary pods may run on, and on those that are tainted for some purpose: their ways are used too. */
function daemons(
  workload: string,
  stack: string,
  spec: k8s.types.input.core.v1.PodSpec,
): k8s.types.input.apps.v1.DaemonSetSpec {
  return {
    selector: { matchLabels: selectorLabels(workload, stack) },
    updateStrategy: { type: 'RollingUpdate', rollingUpdate },
    minReadySeconds: 2,
    revisionHistoryLimit: 3,
    template: {
      metadata: { labels: labels(workload, stack) },
      spec: {
        enableServiceLinks: false,
        automountServiceAccountToken: false,
        securityContext: podSecurity,
        tolerations: [{ operator: 'Exists', effect: 'NoSchedule' }],
        ...spec,
      },
    },
  };
}

function echoPod({ cluster, resources, drainAfter }: NodeProberArgs): k8s.types.input.core.v1.PodSpec {
  return {
    terminationGracePeriodSeconds: Math.ceil(drainAfter / 1000) + endsWithinSeconds,
    containers: [
      {
        name: 'echo',
        image: imageOf(cluster, 'echo'),
        imagePullPolicy: 'IfNotPresent',
        args: [
          `--drain-after=${goDuration(drainAfter)}`,
          `--max-connections=${mostConnections}`,
          `--tcp=:${nodeEchoPorts.tcp}`,
          `--udp=:${nodeEchoPorts.udp}`,
          `--http=:${nodeEchoPorts.http}`,
          // Nobody calls it here.
          '--grpc=127.0.0.1:0',
        ],
        env: [{ name: 'GOMEMLIMIT', value: goMemoryLimit(resources.limits.memory) }],
        ports: [
          { name: 'tcp', containerPort: nodeEchoPorts.tcp, protocol: 'TCP' },
          { name: 'udp', containerPort: nodeEchoPorts.udp, protocol: 'UDP' },
          { name: 'http', containerPort: nodeEchoPorts.http },
        ],
        ...httpProbes,
        securityContext: containerSecurity,
        resources: resourceRequirements(resources),
      },
    ],
  };
}

function proberPod({ cluster, prober, resources }: NodeProberArgs): k8s.types.input.core.v1.PodSpec {
  const timeoutSeconds = Math.ceil(prober.timeoutMs / 1000);
  return {
    serviceAccountName: nodeWorkloads.prober,
    // The last counts wait for a scrape.
    terminationGracePeriodSeconds: timeoutSeconds + nodeZeroLeadSeconds + 10,
    containers: [
      {
        name: 'prober',
        image: imageOf(cluster, 'echo'),
        imagePullPolicy: 'IfNotPresent',
        command: ['/node-prober'],
        args: [
          `--namespace=${namespace}`,
          `--service=${nodeWorkloads.echo}`,
          `--peers=${prober.peers}`,
          `--rate=${prober.ratePerSecond}`,
          `--protocols=${prober.protocols.join(',')}`,
          `--timeout=${goDuration(prober.timeoutMs)}`,
          `--latency-bound=${goDuration(prober.latencyBoundMs)}`,
          `--rotation=${goDuration(prober.rotationMs)}`,
          `--zero-lead=${nodeZeroLeadSeconds}s`,
          `--linger=${nodeZeroLeadSeconds}s`,
          `--tcp=${nodeEchoPorts.tcp}`,
          `--udp=${nodeEchoPorts.udp}`,
          `--http=:${nodeProberPort}`,
        ],
        env: [
          { name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
          { name: 'GOMEMLIMIT', value: goMemoryLimit(resources.limits.memory) },
        ],
        ports: [{ name: 'metrics', containerPort: nodeProberPort }],
        readinessProbe: {
          httpGet: { path: '/readyz', port: 'metrics' },
          periodSeconds: 2,
          timeoutSeconds: 2,
        },
        livenessProbe: {
          httpGet: { path: '/healthz', port: 'metrics' },
          periodSeconds: 10,
          timeoutSeconds: 5,
          failureThreshold: 3,
        },
        volumeMounts: [apiCredentials.mount],
        securityContext: containerSecurity,
        resources: resourceRequirements(resources),
      },
    ],
    volumes: [apiCredentials.volume],
  };
}

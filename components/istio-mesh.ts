import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import {
  AuthorizationPolicy,
  PeerAuthentication,
  type PeerAuthenticationModel,
  VirtualService,
} from '../resources/istio';
import type { MeshSettings, PodinfoSettings } from '../settings/schema';
import { meshRetryOn } from '../signals/mesh';
import {
  meshNamespace as namespace,
  type MeshPath,
  meshServices,
  meshWorkloads,
  podinfoPorts,
  waypointName,
} from '../signals/targets';
import { inside, type Cluster } from './cluster/cluster';
import type { ControlPlane } from './istio/control-plane';
import { trustDomain } from './istio/part';
import { meshDrain } from './mesh/drain';
import { injectionAnnotations, sidecarLabels, withSidecar } from './mesh/sidecar';
import { throughWaypoint, waypoint } from './mesh/waypoint';
import { metadata, selectorLabels, withoutWaiting } from './metadata';
import type { Namespaces } from './namespaces';
import { passingOnTo, podinfoHop, type PodinfoHopArgs } from './podinfo-hop';

/** Arguments of {@link IstioMesh}. */
export interface IstioMeshArgs {
  readonly cluster: Cluster;
  readonly stack: string;
  readonly namespaces: Namespaces;
  readonly podinfo: PodinfoSettings;
  readonly mesh: MeshSettings;
  /** Whether a path needs somebody whom target must refuse; default false. */
  readonly stranger?: boolean;
  /** The control plane, where the stack runs it; absent where somebody else does. */
  readonly controlPlane?: ControlPlane | undefined;
}

const { source, sourceRetry, target, stranger } = meshWorkloads;

/**
 * The two hops under load inside a mesh: a namespace of its own, where target answers nobody but source, by mutual TLS. The way to target
 * is there twice, as two Services: without retries and with those that Istio makes by default, in mode ambient by a waypoint.
 */
export class IstioMesh extends pulumi.ComponentResource {
  /** What a probe through the mesh must wait for. */
  readonly ready: readonly pulumi.Resource[];
  readonly #args: IstioMeshArgs;

  constructor(name: string, args: IstioMeshArgs, opts?: pulumi.ComponentResourceOptions) {
    super('continuous-load:index:IstioMesh', name, {}, opts);
    this.#args = args;
    const rules = [...this.#peers(), this.#authorization(), ...this.#routes()];
    const targetHop = this.#hop(target, target, [], rules);
    const between = this.#isAmbient ? this.#waypoint() : [];
    const retryService = this.#targetOfRetries(between);
    this.ready = [
      ...between,
      targetHop,
      retryService,
      this.#hop(source, source, passingOnTo(urlOf('mesh'), args.podinfo), rules),
      this.#hop(sourceRetry, source, passingOnTo(urlOf('mesh-retry'), args.podinfo), rules),
      // The same call as that of source, under an account that the policy does not name.
      ...(args.stranger
        ? [this.#hop(stranger, stranger, passingOnTo(urlOf('mesh'), args.podinfo), rules)]
        : []),
    ];
    this.registerOutputs({});
  }

  /** Mutual TLS only; but what the injectors call first, which are outside, also answers them. */
  #peers(): pulumi.Resource[] {
    const { stack, mesh, stranger: hasStranger } = this.#args;
    const calledFromOutside = [source, sourceRetry, ...(hasStranger ? [stranger] : [])];
    return [
      new PeerAuthentication(
        'mesh',
        {
          metadata: metadata('mesh', namespace, { stack }),
          spec: { mtls: { mode: mesh.peerAuthentication } },
        },
        this.#child(),
      ),
      ...calledFromOutside.map((workload) => this.#peersOf(workload, { mtls: { mode: 'PERMISSIVE' } })),
      // No port goes past ztunnel, and Prometheus has no certificate.
      ...(this.#isAmbient && mesh.peerAuthentication === 'STRICT'
        ? [
            this.#peersOf(target, {
              mtls: { mode: 'STRICT' },
              portLevelMtls: { [podinfoPorts.metrics]: { mode: 'PERMISSIVE' } },
            }),
          ]
        : []),
    ];
  }

  #peersOf(workload: string, rule: Omit<NonNullable<PeerAuthenticationModel['spec']>, 'selector'>) {
    const { stack } = this.#args;
    return new PeerAuthentication(
      workload,
      {
        metadata: metadata(workload, namespace, { stack }),
        spec: { selector: { matchLabels: selectorLabels(workload, stack) }, ...rule },
      },
      this.#child(),
    );
  }

  /** Who is source is said by its certificate, whatever the mesh calls its trust domain. */
  #authorization(): pulumi.Resource {
    const { stack } = this.#args;
    return new AuthorizationPolicy(
      target,
      {
        metadata: metadata(target, namespace, { stack }),
        spec: {
          selector: { matchLabels: selectorLabels(target, stack) },
          action: 'ALLOW',
          rules: this.#isAmbient
            ? [
                { from: [{ source: { principals: [identity(source), identity(waypointName)] } }] },
                { to: [{ operation: { ports: [String(podinfoPorts.metrics)] } }] },
              ]
            : [{ from: [{ source: { principals: [identity(source)] } }] }],
        },
      },
      this.#child(),
    );
  }

  /** ztunnel repeats nothing by itself, and knows no routes: one that says so would need a waypoint. */
  #routes(): pulumi.Resource[] {
    return [
      ...(this.#isAmbient ? [] : [this.#route('mesh', { attempts: 0 })]),
      this.#route('mesh-retry', { attempts: this.#args.mesh.retries, retryOn: meshRetryOn }),
    ];
  }

  #waypoint(): pulumi.Resource[] {
    const { stack, mesh, podinfo } = this.#args;
    return waypoint({
      stack,
      mesh,
      drain: meshDrain(mesh.grace),
      replicas: podinfo.replicas,
      principals: [identity(source)],
      child: (more = []) => this.#child([...more, ...this.#injecting]),
    });
  }

  #route(path: MeshPath, retries: { attempts: number; retryOn?: string }): pulumi.Resource {
    const host = hostOf(path);
    return new VirtualService(
      meshServices[path],
      {
        metadata: metadata(meshServices[path], namespace, { workload: target, stack: this.#args.stack }),
        spec: {
          hosts: [host],
          http: [{ route: [{ destination: { host, port: { number: podinfoPorts.http } } }], retries }],
        },
      },
      this.#child(),
    );
  }

  /** target once more, so that Envoy counts and routes each path by itself. */
  #targetOfRetries(between: readonly pulumi.Resource[]): pulumi.Resource {
    const { stack } = this.#args;
    const name = meshServices['mesh-retry'];
    const own = metadata(name, namespace, { workload: target, stack, annotations: withoutWaiting });
    return new k8s.core.v1.Service(
      name,
      {
        metadata: { ...own, labels: { ...own.labels, ...(this.#isAmbient ? throughWaypoint : {}) } },
        spec: {
          selector: selectorLabels(target, stack),
          ports: [{ name: 'http', port: podinfoPorts.http, targetPort: 'http' }],
        },
      },
      this.#child(between),
    );
  }

  /** One hop under the identity of `account`. */
  #hop(
    hop: string,
    account: string,
    flags: readonly string[],
    rules: readonly pulumi.Resource[],
  ): pulumi.Resource {
    const { cluster, stack, podinfo, mesh, controlPlane } = this.#args;
    const drain = meshDrain(mesh.grace);
    const accounts = hop === account ? [this.#account(account)] : [];
    const common: PodinfoHopArgs = {
      cluster,
      stack,
      namespace,
      hop,
      flags,
      grpc: false,
      podinfo: {
        ...podinfo,
        drain: {
          preStop: drain.preStopSeconds * 1000,
          shutdown: drain.shutdownSeconds * 1000,
          grace: drain.graceSeconds * 1000,
        },
      },
    };
    const managed = controlPlane?.isWhole === false ? cluster.managedGateway : undefined;
    if (!managed)
      return podinfoHop(
        {
          ...common,
          ...(this.#isAmbient ? {} : { podAnnotations: injectionAnnotations(drain, mesh) }),
          shapePod: (pod) => ({ ...pod, serviceAccountName: account }),
        },
        // What is made before istiod injects gets no sidecar.
        this.#child([...rules, ...accounts, ...this.#injecting]),
      ).deployment;
    const image = managed.images.apply((images) => images['istio-proxy']);
    return podinfoHop(
      {
        ...common,
        podLabels: sidecarLabels(hop),
        shapePod: (pod, container) => ({
          ...withSidecar(pod, container, { workload: hop, image, drain, mesh }),
          serviceAccountName: account,
        }),
      },
      this.#child([...rules, ...accounts, ...this.#injecting]),
    ).deployment;
  }

  /** What injects or deploys proxies, where the stack runs it. */
  get #injecting(): readonly pulumi.Resource[] {
    const { controlPlane } = this.#args;
    return controlPlane ? [controlPlane.ready] : [];
  }

  get #isAmbient(): boolean {
    return this.#args.mesh.mode === 'ambient';
  }

  #account(name: string): pulumi.Resource {
    return new k8s.core.v1.ServiceAccount(
      name,
      {
        metadata: metadata(name, namespace, { stack: this.#args.stack }),
        automountServiceAccountToken: false,
      },
      this.#child(),
    );
  }

  #child(more: readonly pulumi.Resource[] = []): pulumi.CustomResourceOptions {
    const { cluster, namespaces, controlPlane } = this.#args;
    return inside(this, cluster, [
      ...(namespaces.mesh ? [namespaces.mesh] : []),
      ...(controlPlane?.kinds ?? []),
      ...more,
    ]);
  }
}

/** Who has an account of the mesh, whatever it calls its trust domain. */
function identity(account: string): string {
  return `*/ns/${namespace}/sa/${account}`;
}

function hostOf(path: MeshPath): string {
  return `${meshServices[path]}.${namespace}.svc.${trustDomain}`;
}

function urlOf(path: MeshPath): string {
  return `http://${hostOf(path)}.:${podinfoPorts.http}/api/echo`;
}

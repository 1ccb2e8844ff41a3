import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { AuthorizationPolicy, PeerAuthentication, VirtualService } from '../resources/istio';
import type { MeshSettings, PodinfoSettings } from '../settings/schema';
import { meshRetryOn } from '../signals/mesh';
import {
  meshNamespace as namespace,
  type MeshPath,
  meshServices,
  meshWorkloads,
  podinfoPorts,
} from '../signals/targets';
import { inside, type Cluster } from './cluster/cluster';
import type { Istiod } from './istio/istiod';
import { trustDomain } from './istio/part';
import { meshDrain } from './mesh/drain';
import { injectionAnnotations, sidecarLabels, withSidecar } from './mesh/sidecar';
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
  /** The control plane, where the stack runs it; absent where somebody else's injects the sidecars. */
  readonly istiod?: Istiod | undefined;
}

const { source, sourceRetry, target, stranger } = meshWorkloads;

/**
 * The two hops under load inside a mesh: a namespace of its own, where target answers nobody but source, by mutual TLS. The way to target
 * is there twice, as two Services: without retries and with those that Istio makes by default.
 */
export class IstioMesh extends pulumi.ComponentResource {
  /** What a probe through the mesh must wait for. */
  readonly ready: readonly pulumi.Resource[];
  readonly #args: IstioMeshArgs;

  constructor(name: string, args: IstioMeshArgs, opts?: pulumi.ComponentResourceOptions) {
    super('continuous-load:index:IstioMesh', name, {}, opts);
    this.#args = args;
    const rules = [...this.#peers(), this.#authorization(), this.#withoutRetries(), this.#withRetries()];
    const targetHop = this.#hop(target, target, [], rules);
    const retryService = this.#targetOfRetries();
    this.ready = [
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
      ...calledFromOutside.map(
        (workload) =>
          new PeerAuthentication(
            workload,
            {
              metadata: metadata(workload, namespace, { stack }),
              spec: {
                selector: { matchLabels: selectorLabels(workload, stack) },
                mtls: { mode: 'PERMISSIVE' },
              },
            },
            this.#child(),
          ),
      ),
    ];
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
          rules: [{ from: [{ source: { principals: [`*/ns/${namespace}/sa/${source}`] } }] }],
        },
      },
      this.#child(),
    );
  }

  #withoutRetries(): pulumi.Resource {
    return this.#route('mesh', { attempts: 0 });
  }

  #withRetries(): pulumi.Resource {
    return this.#route('mesh-retry', { attempts: this.#args.mesh.retries, retryOn: meshRetryOn });
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
  #targetOfRetries(): pulumi.Resource {
    const { stack } = this.#args;
    const name = meshServices['mesh-retry'];
    return new k8s.core.v1.Service(
      name,
      {
        metadata: metadata(name, namespace, { workload: target, stack, annotations: withoutWaiting }),
        spec: {
          selector: selectorLabels(target, stack),
          ports: [{ name: 'http', port: podinfoPorts.http, targetPort: 'http' }],
        },
      },
      this.#child(),
    );
  }

  /** One hop under the identity of `account`. */
  #hop(
    hop: string,
    account: string,
    flags: readonly string[],
    rules: readonly pulumi.Resource[],
  ): pulumi.Resource {
    const { cluster, stack, podinfo, mesh, istiod } = this.#args;
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
    const managed = istiod && cluster.managedGateway;
    if (!managed)
      return podinfoHop(
        {
          ...common,
          podAnnotations: injectionAnnotations(drain, mesh),
          shapePod: (pod) => ({ ...pod, serviceAccountName: account }),
        },
        this.#child([...rules, ...accounts]),
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
      this.#child([...rules, ...accounts, istiod.ready]),
    ).deployment;
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
    const { cluster, namespaces, istiod } = this.#args;
    return inside(this, cluster, [
      ...(namespaces.mesh ? [namespaces.mesh] : []),
      ...(istiod?.kinds ?? []),
      ...more,
    ]);
  }
}

function hostOf(path: MeshPath): string {
  return `${meshServices[path]}.${namespace}.svc.${trustDomain}`;
}

function urlOf(path: MeshPath): string {
  return `http://${hostOf(path)}.:${podinfoPorts.http}/api/echo`;
}

import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { Gateway as GatewayResource, GatewayClass } from '../resources/gateway';
import { HttpRoute } from '../resources/http-route';
import {
  behindGateway,
  echoPath,
  gatewayHost,
  gatewayName,
  gatewayPathHeader,
  gatewayPort,
  podinfoPorts,
} from '../signals/targets';
import { inside, type Cluster } from './cluster/cluster';
import { GatewayProxy } from './gateway/proxy';
import type { ControlPlane } from './istio/control-plane';
import { labels, metadata, selectorLabels, withoutWaiting } from './metadata';
import { namespaceNames } from './names';
import type { Namespaces } from './namespaces';

/** Arguments of {@link IngressGateway}. */
export interface IngressGatewayArgs {
  readonly cluster: Cluster;
  readonly stack: string;
  readonly namespaces: Namespaces;
  /** GatewayClass whose controller serves the gateway. */
  readonly gatewayClass: string;
  /** The control plane, where the stack runs it. */
  readonly controlPlane?: ControlPlane | undefined;
}

const namespace = namespaceNames.load;

/** Name by which istiod says that a class is its own. */
const istioController = 'istio.io/gateway-controller';

/**
 * The gateway of the paths `ingress` and `ingress-external`, by the Gateway API: a Gateway of the given class and one route to target.
 * Where the stack runs it itself, an Envoy is made as well that istiod tells what to do, and the class unless istiod makes it.
 */
export class IngressGateway extends pulumi.ComponentResource {
  /** What a probe through the gateway must wait for. */
  readonly ready: readonly pulumi.Resource[];

  /** @throws pulumi.InputPropertyError without the name of a class. */
  constructor(name: string, args: IngressGatewayArgs, opts?: pulumi.ComponentResourceOptions) {
    if (args.gatewayClass === '')
      throw new pulumi.InputPropertyError({
        propertyPath: 'gatewayClass',
        reason: 'must name a GatewayClass of the cluster',
      });
    super('continuous-load:index:IngressGateway', name, {}, opts);
    const { cluster, stack, namespaces, gatewayClass, controlPlane } = args;
    const managed = controlPlane && cluster.managedGateway;
    const kinds = controlPlane?.kinds ?? [];
    const classes = managed && !controlPlane.isWhole ? [this.#class(args, kinds)] : [];
    const behind = managed ? [this.#targetOfOutside(args)] : [];

    const gateway = new GatewayResource(
      gatewayName,
      {
        metadata: labelled(metadata(gatewayName, namespace, { stack }), controlPlane),
        spec: {
          gatewayClassName: gatewayClass,
          listeners: [
            {
              name: 'http',
              port: gatewayPort,
              protocol: 'HTTP',
              allowedRoutes: { namespaces: { from: 'Same' } },
            },
          ],
          // The Service that is already there: its controller has nothing to deploy, and needs no right to.
          ...(managed ? { addresses: [{ type: 'Hostname' as const, value: gatewayHost(namespace) }] } : {}),
        },
      },
      // A control plane that is whole makes the class, and of somebody's cluster what stands behind it.
      inside(this, cluster, [
        namespaces.load,
        ...kinds,
        ...classes,
        ...(controlPlane?.isWhole ? [controlPlane.ready] : []),
      ]),
    );
    const route = new HttpRoute(
      gatewayName,
      {
        metadata: metadata(gatewayName, namespace, { stack }),
        spec: {
          parentRefs: [{ name: gatewayName }],
          // Any host: podinfo calls the gateway by its Service's name and cannot say another.
          rules: [toTarget('ingress'), ...(managed ? [toTarget('ingress-external')] : [])],
        },
      },
      inside(this, cluster, [namespaces.load, ...kinds, ...behind, gateway]),
    );
    this.ready = [gateway, route];
    if (managed) {
      // After the route: a proxy that is ready then knows it.
      const dependsOn = [controlPlane.ready, route];
      const { address } = controlPlane;
      this.ready = [
        route,
        new GatewayProxy(
          'proxy',
          { cluster, stack, namespaces, managed, istiod: address, dependsOn },
          { parent: this },
        ),
      ];
    }
    this.registerOutputs({});
  }

  /** target once more, so that the gateway counts the requests of each path by themselves. */
  #targetOfOutside({ cluster, stack, namespaces }: IngressGatewayArgs) {
    const name = behindGateway('ingress-external');
    return new k8s.core.v1.Service(
      name,
      {
        metadata: metadata(name, namespace, { workload: 'target', stack, annotations: withoutWaiting }),
        spec: {
          selector: selectorLabels('target', stack),
          ports: [{ name: 'http', port: podinfoPorts.http, targetPort: 'http' }],
        },
      },
      inside(this, cluster, [namespaces.load]),
    );
  }

  #class({ cluster, stack, gatewayClass }: IngressGatewayArgs, kinds: readonly pulumi.Resource[]) {
    return new GatewayClass(
      gatewayClass,
      {
        metadata: { name: gatewayClass, labels: labels(gatewayName, stack) },
        spec: { controllerName: istioController },
      },
      inside(this, cluster, kinds),
    );
  }
}

/** Metadata with the labels by which a control plane finds its gateways. */
function labelled({ labels: own, ...rest }: ReturnType<typeof metadata>, controlPlane?: ControlPlane) {
  return { ...rest, labels: { ...own, ...controlPlane?.gatewayLabels } };
}

/** Passes the echo on to target; probes of `ingress-external` say so, everything else is of `ingress`. */
function toTarget(path: 'ingress' | 'ingress-external') {
  const named = path === 'ingress' ? {} : { headers: [{ name: gatewayPathHeader, value: path }] };
  return {
    matches: [{ path: { type: 'Exact' as const, value: echoPath }, ...named }],
    backendRefs: [{ name: behindGateway(path), port: podinfoPorts.http }],
  };
}

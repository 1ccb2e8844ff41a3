import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import type { Cluster } from '../cluster/cluster';
import type { Namespaces } from '../namespaces';
import { baseValues, cniValues, type IstioChartArgs, istiodValues, ztunnelValues } from './chart-values';
import type { ControlPlane } from './control-plane';
import { istiodOf, revisionLabel, xdsPort } from './part';

/** Where Istio publishes its charts. */
export const istioCharts = 'https://istio-release.storage.googleapis.com/charts';

/** Arguments of {@link ChartControlPlane}. */
export interface ChartControlPlaneArgs extends IstioChartArgs {
  readonly cluster: Cluster;
  readonly namespaces: Namespaces;
  /** Definitions that no chart brings along, and which istiod must find. */
  readonly gatewayKinds: readonly pulumi.Resource[];
}

/**
 * Istio's control plane by its charts: definitions, the plugin on each node that redirects the traffic of pods, istiod, and in mode ambient
 * ztunnel. Somebody who deletes the stack deletes them too.
 */
export class ChartControlPlane extends pulumi.ComponentResource implements ControlPlane {
  readonly kinds: readonly pulumi.Resource[];
  readonly ready: pulumi.Resource;
  readonly address: string;
  readonly isWhole = true;
  readonly gatewayLabels: Readonly<Record<string, string>>;

  constructor(name: string, args: ChartControlPlaneArgs, opts?: pulumi.ComponentResourceOptions) {
    super('continuous-load:index:ChartControlPlane', name, {}, opts);
    const { controlPlane, mesh, gatewayKinds, namespaces } = args;
    const release = istiodOf(mesh.revision);
    const base = this.#chart('istio-base', 'base', baseValues(args), args, namespaces.all);
    this.kinds = [base, ...gatewayKinds];
    const istiod = this.#chart(release, 'istiod', istiodValues(args), args, this.kinds);
    // Before any pod of the mesh: what it does not redirect would go past the mesh.
    const plugin = this.#chart('istio-cni', 'cni', cniValues(args), args, [base]);
    const proxies =
      mesh.mode === 'ambient'
        ? [this.#chart('ztunnel', 'ztunnel', ztunnelValues(args), args, [istiod, plugin])]
        : [];
    this.address = `${release}.${controlPlane.namespace}.svc:${xdsPort}`;
    this.gatewayLabels = revisionLabel(mesh.revision);
    // Whoever waits for the component waits for all of it.
    this.ready = this;
    this.registerOutputs({ charts: [base, plugin, istiod, ...proxies].length });
  }

  #chart(
    name: string,
    chart: string,
    values: pulumi.Inputs,
    { controlPlane: { version, namespace } }: ChartControlPlaneArgs,
    dependsOn: readonly pulumi.Resource[],
  ): k8s.helm.v4.Chart {
    return new k8s.helm.v4.Chart(
      name,
      { chart, version, repositoryOpts: { repo: istioCharts }, namespace, values },
      { parent: this, dependsOn: [...dependsOn] },
    );
  }
}

import type * as pulumi from '@pulumi/pulumi';

/** A control plane of Istio that the stack runs, as a gateway and a mesh see it: one for both. */
export interface ControlPlane {
  /** The kinds that it serves. */
  readonly kinds: readonly pulumi.Resource[];
  /** What a proxy must wait for. */
  readonly ready: pulumi.Resource;
  /** `HOST:PORT` where proxies reach it. */
  readonly address: string;
  /** Whether it puts sidecars into pods and makes the classes of gateways; else the program writes both. */
  readonly isWhole: boolean;
  /** Labels of the Gateways that it is to serve, beside the usual. */
  readonly gatewayLabels: Readonly<Record<string, string>>;
}

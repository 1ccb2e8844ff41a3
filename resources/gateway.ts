import * as k8s from '@pulumi/kubernetes';
import type * as pulumi from '@pulumi/pulumi';
import type { CustomResourceArgs } from './custom-resource';

/** What is used of the Gateway API's kind Gateway (gateway.networking.k8s.io/v1). */
export interface GatewayModel {
  readonly spec?: {
    readonly gatewayClassName: string;
    readonly listeners: readonly {
      readonly name: string;
      readonly port: number;
      readonly protocol: 'HTTP' | 'HTTPS' | 'HBONE';
      readonly allowedRoutes?: { readonly namespaces: { readonly from: 'Same' | 'All' } };
    }[];
    /** What its controller deploys has these; `parametersRef` names more of it, in the controller's own words. */
    readonly infrastructure?: {
      readonly labels: Readonly<Record<string, string>>;
      readonly annotations: Readonly<Record<string, string>>;
      readonly parametersRef: { readonly group: string; readonly kind: string; readonly name: string };
    };
    /** Where it already is, for a controller that shall deploy nothing. */
    readonly addresses?: readonly { readonly type: 'Hostname' | 'IPAddress'; readonly value: string }[];
  };
}

/** What is used of the kind GatewayClass, which lies outside namespaces. */
export interface GatewayClassModel {
  readonly spec?: { readonly controllerName: string };
}

const apiVersion = 'gateway.networking.k8s.io/v1';

/** A place where traffic enters, run by the controller of its class. */
export class Gateway extends k8s.apiextensions.CustomResource {
  static readonly __pulumiType = `kubernetes:${apiVersion}:Gateway`;

  constructor(name: string, args: CustomResourceArgs<GatewayModel>, opts?: pulumi.CustomResourceOptions) {
    super(name, { apiVersion, kind: 'Gateway', ...args }, opts);
  }
}

/** Which controller serves the gateways of a class. */
export class GatewayClass extends k8s.apiextensions.CustomResource {
  static readonly __pulumiType = `kubernetes:${apiVersion}:GatewayClass`;

  constructor(
    name: string,
    args: CustomResourceArgs<GatewayClassModel>,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(name, { apiVersion, kind: 'GatewayClass', ...args }, opts);
  }
}

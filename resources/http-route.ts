import * as k8s from '@pulumi/kubernetes';
import type * as pulumi from '@pulumi/pulumi';
import type { CustomResourceArgs } from './custom-resource';

/** What is used of the Gateway API's kind HTTPRoute (gateway.networking.k8s.io/v1). */
export interface HttpRouteModel {
  readonly spec?: {
    readonly parentRefs: readonly { readonly name: string }[];
    readonly hostnames?: readonly string[];
    readonly rules: readonly {
      readonly matches: readonly {
        readonly path: { readonly type: 'Exact' | 'PathPrefix'; readonly value: string };
        readonly headers?: readonly { readonly name: string; readonly value: string }[];
      }[];
      readonly backendRefs: readonly { readonly name: string; readonly port: number }[];
    }[];
  };
}

/** What a gateway does with requests. */
export class HttpRoute extends k8s.apiextensions.CustomResource {
  static readonly __pulumiType = 'kubernetes:gateway.networking.k8s.io/v1:HTTPRoute';

  constructor(name: string, args: CustomResourceArgs<HttpRouteModel>, opts?: pulumi.CustomResourceOptions) {
    super(name, { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', ...args }, opts);
  }
}

import * as k8s from '@pulumi/kubernetes';
import type * as pulumi from '@pulumi/pulumi';
import type { CustomResourceArgs } from './custom-resource';

/** What is used of Istio's kind VirtualService (networking.istio.io/v1). */
export interface VirtualServiceModel {
  readonly spec?: {
    readonly hosts: readonly string[];
    readonly http: readonly {
      readonly route: readonly {
        readonly destination: { readonly host: string; readonly port: { readonly number: number } };
      }[];
      readonly retries: { readonly attempts: number; readonly retryOn?: string };
    }[];
  };
}

/** What mutual TLS is asked for. */
export interface MutualTls {
  readonly mode: 'STRICT' | 'PERMISSIVE';
}

/** What is used of the kind PeerAuthentication (security.istio.io/v1). */
export interface PeerAuthenticationModel {
  readonly spec?: {
    readonly selector?: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly mtls: MutualTls;
    /** Another mode for single ports, by their numbers. */
    readonly portLevelMtls?: Readonly<Record<string, MutualTls>>;
  };
}

/** What is used of the kind AuthorizationPolicy (security.istio.io/v1). */
export interface AuthorizationPolicyModel {
  readonly spec?: {
    /** Pods that it is about; or `targetRefs`, what a waypoint stands before. */
    readonly selector?: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly targetRefs?: readonly { readonly group: string; readonly kind: string; readonly name: string }[];
    readonly action: 'ALLOW';
    readonly rules: readonly {
      readonly from?: readonly { readonly source: { readonly principals: readonly string[] } }[];
      readonly to?: readonly { readonly operation: { readonly ports: readonly string[] } }[];
    }[];
  };
}

const networking = 'networking.istio.io/v1';
const security = 'security.istio.io/v1';

/** How proxies pass on what is sent to a Service. */
export class VirtualService extends k8s.apiextensions.CustomResource {
  static readonly __pulumiType = `kubernetes:${networking}:VirtualService`;

  constructor(
    name: string,
    args: CustomResourceArgs<VirtualServiceModel>,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(name, { apiVersion: networking, kind: 'VirtualService', ...args }, opts);
  }
}

/** Whether workloads take plaintext. */
export class PeerAuthentication extends k8s.apiextensions.CustomResource {
  static readonly __pulumiType = `kubernetes:${security}:PeerAuthentication`;

  constructor(
    name: string,
    args: CustomResourceArgs<PeerAuthenticationModel>,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(name, { apiVersion: security, kind: 'PeerAuthentication', ...args }, opts);
  }
}

/** Whom workloads answer. */
export class AuthorizationPolicy extends k8s.apiextensions.CustomResource {
  static readonly __pulumiType = `kubernetes:${security}:AuthorizationPolicy`;

  constructor(
    name: string,
    args: CustomResourceArgs<AuthorizationPolicyModel>,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(name, { apiVersion: security, kind: 'AuthorizationPolicy', ...args }, opts);
  }
}

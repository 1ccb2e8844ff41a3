// Made by `npx tsx plugin/docs.ts` from the schemas in settings/: change those, not this file.

import type { ResourcesArgs } from './shared';

/** Two hops inside an Istio mesh. */
export interface MeshArgs {
  /** Makes a mesh, and probes the paths through it unless they are switched off by themselves. Must be true or false. Default false. */
  enabled?: boolean;
  /** Label istio.io/rev of the mesh’s namespace; on an existing cluster only. Must be the name of a revision of Istio. Left out: istio-injection: enabled. */
  revision?: string;
  /** How often the path mesh-retry repeats an attempt at most. Must be a whole number from 1 to 10, repeats of one request. Default 2. */
  retries?: number;
  /** Whether pods of the mesh take mutual TLS only; source answers the injectors in any case. Must be one of STRICT, PERMISSIVE. Default STRICT. */
  peerAuthentication?: string;
  /** How long a pod of the mesh may take to end; all that drains is derived from it. Must be a duration from 12s to 10m with its unit (ms, s, m, h, d, w). Default 40s. */
  grace?: string;
  /** How long a certificate of a pod is good for; a new one is asked for after half of that. Must be a duration from 2m to 90d with its unit (ms, s, m, h, d, w). Default 24h. */
  certificateLife?: string;
  /** What one sidecar is sure of and may take. */
  resources?: ResourcesArgs;
}

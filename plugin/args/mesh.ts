// Made by `npx tsx plugin/docs.ts` from the schemas in settings/: change those, not this file.

import type { ResourcesArgs } from './shared';

/** Istio’s control plane. */
export interface MeshControlPlaneArgs {
  /** Who runs Istio’s control plane: own (the lab’s, of plain objects), charts (the stack, by Istio’s charts), or existing (you). Must be one of own, charts, existing. Left out: own on the lab, charts on k3d and EKS, existing on an existing cluster. */
  kind?: string;
  /** Release of Istio’s charts; only with charts. Must be one release of Istio, three numbers. Left out: 1.31.1. */
  version?: string;
  /** Namespace of istiod and ztunnel: made with charts, scraped in mode ambient; not where the stack runs its own. Must be the name of a namespace. Left out: istio-system. */
  namespace?: string;
}

/** Two hops inside an Istio mesh. */
export interface MeshArgs {
  /** Makes a mesh, and probes the paths through it unless they are switched off by themselves. Must be true or false. Default false. */
  enabled?: boolean;
  /** How pods get into the mesh: by a proxy in each pod, or by ztunnel on each node. Must be one of sidecar, ambient. Default sidecar. */
  mode?: string;
  /** Istio’s control plane. */
  controlPlane?: MeshControlPlaneArgs;
  /** Revision of istiod that the mesh goes by, and that charts install; not where the stack runs its own. Must be the name of a revision of Istio. Left out: the default one, by the label istio-injection. */
  revision?: string;
  /** How often the path mesh-retry repeats an attempt at most. Must be a whole number from 1 to 10, repeats of one request. Default 2. */
  retries?: number;
  /** Whether pods of the mesh take mutual TLS only; source answers the injectors in any case. Must be one of STRICT, PERMISSIVE. Default STRICT. */
  peerAuthentication?: string;
  /** How long a pod of the mesh may take to end; all that drains is derived from it. Must be a duration from 12s to 10m with its unit (ms, s, m, h, d, w). Default 40s. */
  grace?: string;
  /** How long a certificate of a pod is good for; a new one is asked for after half of that. Not in mode ambient. Must be a duration from 2m to 90d with its unit (ms, s, m, h, d, w). Default 24h. */
  certificateLife?: string;
  /** What one sidecar is sure of and may take; in mode ambient the proxy that repeats requests (waypoint). */
  resources?: ResourcesArgs;
}

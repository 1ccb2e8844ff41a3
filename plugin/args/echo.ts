// Made by `npx tsx plugin/docs.ts` from the schemas in settings/: change those, not this file.

import type { ResourcesArgs } from './shared';

/** The echo server behind grpc-stream, websocket, tcp and udp. */
export interface EchoArgs {
  /** Pods of the echo server. Must be a whole number from 2 to 50. Default 2. */
  replicas?: number;
  /** How long a pod that is to stop still serves before it ends its streams; of the nodes’ echoes too. Must be a duration from 1s to 2m with its unit (ms, s, m, h, d, w). Default 5s. */
  drainAfter?: string;
  /** What one pod is sure of, and what it may take. */
  resources?: ResourcesArgs;
}

// Made by `npx tsx plugin/docs.ts` from the schemas in settings/: change those, not this file.

import type { ResourcesArgs } from './shared';

/** Probes from every node to some others over TCP and UDP. */
export interface NodeProberArgs {
  /** Whether there are an echo and a prober on every node. Must be true or false. Left out: true on a lab of two nodes or more, elsewhere with images.echo. */
  enabled?: boolean;
  /** How many other nodes a node probes; its own comes on top. Must be a whole number from 1 to 20, other nodes that each node probes at a time. Default 3. */
  peers?: number;
  /** Load from each node to each of its peers. Must be a number from 0.1 to 10, probes per second from one node to one other over one protocol. Default 0.5. */
  rate?: number;
  /** What nodes are probed over, each once. Must be one of tcp, udp. Default ["tcp","udp"]. */
  protocols?: string[];
  /** When a probe without an answer has failed; longer than the bound, at most 1 / rate. Must be a duration from 50ms to 10s with its unit (ms, s, m, h, d, w). Default 1s. */
  timeout?: string;
  /** An answer after it is slow, which is shown and alerts nobody. Must be a duration from 1ms to 10s with its unit (ms, s, m, h, d, w). Default 25ms. */
  latencyBound?: string;
  /** How long a node keeps its peers, where there are more nodes than peers. Must be a duration from 10m to 7d with its unit (ms, s, m, h, d, w). Default 1h. */
  rotation?: string;
  /** What one pod is sure of, and what it may take. */
  resources?: ResourcesArgs;
}

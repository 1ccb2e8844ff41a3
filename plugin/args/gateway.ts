// Made by `npx tsx plugin/docs.ts` from the schemas in settings/: change those, not this file.

/** The gateway of the paths ingress and ingress-external, which are off by default. */
export interface GatewayArgs {
  /** GatewayClass whose controller serves the gateway; only on an existing cluster. Must be the name of a GatewayClass. Left out: the stack’s own on lab and k3d. */
  class?: string;
  /** Where pods reach the gateway, for ingress: the Service that the class’s controller makes; only on an existing cluster. Must be a name or an address, with a port unless it is 80; an IPv6 address in brackets. */
  address?: string;
  /** Where clients outside reach the gateway, for ingress-external; only on an existing cluster. Must be a name or an address, with a port unless it is 80; an IPv6 address in brackets. */
  externalAddress?: string;
  /** How often the stack’s own gateway repeats an attempt that failed (connect failure, 503), and so hides it. Must be a whole number from 0 to 10, repeats of one request. Left out: 0. */
  retries?: number;
}

import type { WorkloadName } from './ports';

/** A port that one may call; without a number every port. */
export interface Port {
  readonly protocol: 'TCP' | 'UDP';
  readonly port?: number;
}

/**
 * Who calls or is called: pods of the product's own; the cluster's name service, its API server, its nodes, the kubelet as pods of an ambient mesh see it; everything in a namespace of
 * somebody else's; an istiod that is not the stack's own; clients outside the pods (`outside`), or anybody (`anywhere`).
 */
export type Place =
  | { readonly workload: WorkloadName }
  | {
      readonly cluster:
        | 'dns'
        | 'dns-metrics'
        | 'api-server'
        | 'nodes'
        | 'kubelet-in-ambient'
        | 'istiod'
        | 'outside'
        | 'anywhere';
    }
  | { readonly namespace: string };

/** One thing that one place needs of another. */
export interface Edge {
  readonly from: Place;
  readonly to: Place;
  readonly ports: readonly Port[];
  /** What for, in a few words. */
  readonly why: string;
}

/** Whom a call ends at, and at which ports. */
export type Way = Pick<Edge, 'to' | 'ports'>;

/** Ports of TCP by their numbers. */
export const tcp = (...ports: readonly number[]): Port[] => ports.map((port) => ({ protocol: 'TCP', port }));
/** Every port of TCP. */
export const anyTcp: readonly Port[] = [{ protocol: 'TCP' }];
/** The pods of a workload. */
export const at = (workload: WorkloadName): Place => ({ workload });
/** The cluster's name service. */
export const dns: Place = { cluster: 'dns' };
/** Its ports. */
export const dnsPorts: readonly Port[] = [
  { protocol: 'UDP', port: 53 },
  { protocol: 'TCP', port: 53 },
];

/** Paths of single calls through Services. */
import type { PathRow } from '../path-types';
import { callDefaults, reasonWords } from './words';

/** Rows of calls over Services. */
export const callRows = [
  {
    name: 'service',
    title: 'Service by DNS',
    protocol: 'http',
    answer:
      'POST /api/echo at source, which calls target and returns its answer: the 4 KiB of this probe must come back.',
    hops: [
      { from: 'injector', to: 'source' },
      { from: 'source', to: 'target' },
    ],
    reasons: {
      dns: reasonWords.unresolved,
      connect: reasonWords.unconnected,
      timeout: reasonWords.unanswered,
      reset: reasonWords.broken,
      status: reasonWords.badStatus,
      body: reasonWords.foreignAnswer,
    },
    probes: [
      { name: 'kept', conn: 'kept', share: 0.5, calls: 'source', hops: ['1', '2'] },
      { name: 'fresh', conn: 'fresh', share: 0.25, calls: 'source', hops: ['1', '2'] },
      // source keeps its own connections to target, so only a direct call makes new ones to target's Service.
      { name: 'direct', conn: 'fresh', share: 0.25, calls: 'target', hops: ['2'] },
    ],
    defaults: callDefaults,
    look: [
      'deployment/source',
      'deployment/target',
      'endpointslices of both Services',
      'CoreDNS',
      'kube-proxy',
    ],
  },
  {
    name: 'grpc',
    title: 'gRPC call',
    protocol: 'grpc',
    answer: 'Echo of podinfo’s EchoService at target: the nonce of this probe must come back.',
    hops: [{ from: 'injector', to: 'target' }],
    reasons: {
      dns: reasonWords.unresolved,
      connect: reasonWords.unconnected,
      reset: 'the connection broke while the call was under way',
      body: reasonWords.foreignAnswer,
      'grpc-unavailable': 'code UNAVAILABLE that neither a name, a refusal nor a broken connection explains',
      'grpc-deadline': 'no answer within the timeout',
      'grpc-other': 'any other code than OK',
    },
    probes: [
      { name: 'kept', conn: 'kept', share: 0.5, calls: 'targetGrpc', hops: ['1'] },
      { name: 'fresh', conn: 'fresh', share: 0.5, calls: 'targetGrpc', hops: ['1'] },
    ],
    defaults: callDefaults,
    look: ['deployment/target', 'port grpc of service/target', 'endpointslices of target', 'kube-proxy'],
  },
] as const satisfies readonly PathRow[];

/** The path to the Kubernetes API. */
import type { PathRow } from '../path-types';
import { callDefaults, reasonWords } from './words';

/** The row of the API server. */
export const apiServerRows = [
  {
    name: 'api-server',
    title: 'Kubernetes API',
    protocol: 'https',
    extension: true,
    answer: 'an authenticated GET /readyz says ok, and a list of one Service has the kind ServiceList.',
    hops: [{ from: 'injector', to: 'API server' }],
    reasons: {
      dns: reasonWords.unresolved,
      connect: 'no connection: refused or unreachable',
      tls: 'the certificate was not accepted',
      timeout: reasonWords.unanswered,
      reset: reasonWords.broken,
      status: reasonWords.badStatus,
      body: 'an answer that is no list of Services, or a readiness other than ok',
    },
    credentials: 'status',
    probes: [
      { name: 'readyz', conn: 'fresh', share: 0.5, calls: 'apiReadyz', hops: ['1'] },
      { name: 'list', conn: 'kept', share: 0.5, calls: 'apiList', hops: ['1'] },
    ],
    defaults: { ...callDefaults, ratePerSecond: 2, latencyBoundMs: 100 },
    look: ['/readyz?verbose of the API server', 'etcd', 'the injector’s ServiceAccount and Role'],
  },
] as const satisfies readonly PathRow[];

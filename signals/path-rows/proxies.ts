/** What rows of paths through a proxy have alike: a gateway, or the proxies of a mesh. */
import type { PathDefaults } from '../path-types';
import { callDefaults, reasonWords } from './words';

/** What a gateway says by itself, beside what an HTTP call can have. */
export const gatewayReasons = {
  dns: 'the name of a Service did not resolve',
  connect:
    'no connection: refused, unreachable, or no endpoint behind the Service; a gateway that is gone looks so',
  timeout: reasonWords.unanswered,
  reset: reasonWords.broken,
  status: 'an HTTP status of 400 or more that none of the next two explains',
  body: reasonWords.foreignAnswer,
  route: 'the gateway knows no route for the request (404)',
  upstream: 'the gateway has no backend to pass the request to, or no answer of it (502, 503, 504)',
} as const;

/** Defaults of a path that goes through one proxy or two. */
export const gatewayDefaults: PathDefaults = { ...callDefaults, latencyBoundMs: 50 };

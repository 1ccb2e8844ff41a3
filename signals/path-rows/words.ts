/** What rows of several files say or ask alike. */
import type { PathDefaults } from '../path-types';

/** Reasons, for the reader of the documents. */
export const reasonWords = {
  unresolved: 'the name of the Service did not resolve',
  unconnected: 'no connection: refused, unreachable, or no endpoint behind the Service',
  unanswered: 'no whole answer within the timeout',
  broken: 'the connection broke after it was made',
  badStatus: 'an HTTP status of 400 or more',
  foreignAnswer: 'an answer without the nonce of this probe',
} as const;

/** What a path is asked to keep unless its row says otherwise. */
export const callDefaults: PathDefaults = {
  ratePerSecond: 4,
  timeoutMs: 2000,
  availabilityPercent: 99.9,
  latencyPercent: 99,
  latencyBoundMs: 25,
};

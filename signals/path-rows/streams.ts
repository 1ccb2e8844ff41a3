/** Paths of streams that stay open for ever. */
import type { PathDefaults, PathRow } from '../path-types';
import { callDefaults, reasonWords } from './words';

const streamReasons = {
  dns: reasonWords.unresolved,
  connect: 'the stream is interrupted and no new one could be opened',
  closed: 'the server ended the stream in good order with this message unanswered',
  reset: 'the stream broke with this message unanswered',
  silence: 'the stream stayed open and this message was not answered within the timeout',
  body: 'an answer to a message that was not sent',
} as const;

const streamDefaults: PathDefaults = { ...callDefaults, ratePerSecond: 2 };

const streamLook = [
  'deployment/echo',
  'endpointslices of echo',
  'kube-proxy',
  'whatever cuts idle or old connections',
] as const;

/** Rows of streams. */
export const streamRows = [
  {
    name: 'grpc-stream',
    title: 'Long-lived gRPC stream',
    protocol: 'grpc',
    stream: true,
    answer: 'a numbered message on a bidirectional stream to echo comes back on the same stream.',
    hops: [{ from: 'injector', to: 'echo' }],
    reasons: streamReasons,
    probes: [{ name: 'stream', conn: 'kept', share: 1, calls: 'echoGrpc', hops: ['1'] }],
    defaults: streamDefaults,
    look: streamLook,
  },
  {
    name: 'websocket',
    title: 'Long-lived WebSocket',
    protocol: 'websocket',
    stream: true,
    answer: 'a numbered message on a WebSocket to echo comes back on the same socket.',
    hops: [{ from: 'injector', to: 'echo' }],
    reasons: streamReasons,
    probes: [{ name: 'stream', conn: 'kept', share: 1, calls: 'echoWebSocket', hops: ['1'] }],
    defaults: streamDefaults,
    look: streamLook,
  },
] as const satisfies readonly PathRow[];

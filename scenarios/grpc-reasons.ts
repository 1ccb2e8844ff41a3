/** Codes of gRPC that are told apart, as google.golang.org/grpc/codes spells them: k6 gives a Go value, no number. */
const ok = 'OK';
const deadlineExceeded = 'DeadlineExceeded';
const unavailable = 'Unavailable';

/** What a gRPC call ended with. */
export interface GrpcEnd {
  /** Name of the code. */
  code: string;
  message: string;
}

/** grpc-go's texts (clientconn.go, internal/transport/http2_client.go) and those of Go's network below. The first match wins. */
const texts: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/\blookup\b|no such host|server misbehaving/i, 'dns'],
  // A refusal is named inside "context deadline exceeded: connection error: …" too: it says more than the deadline.
  [
    /connection refused|no route to host|network is unreachable|host is unreachable|host is down|cannot assign requested address/i,
    'connect',
  ],
  [/deadline exceeded|i\/o timeout/i, 'grpc-deadline'],
  [
    /error reading from server|error reading server preface|connection reset|broken pipe|\bEOF\b|transport is closing|closing transport|client connection is closing|keepalive ping failed/i,
    'reset',
  ],
  [/error while dialing|handshake failed/i, 'connect'],
];

function reasonOfText(text: string): string {
  for (const [pattern, reason] of texts) if (pattern.test(text)) return reason;
  return '';
}

/** Why no connection could be made, from the text of the error that `Client.connect` throws. */
export function reasonOfConnect(text: string): string {
  return reasonOfText(text) || 'connect';
}

/** Why a call is not good: '' for code OK, whatever its answer says. */
export function reasonOfCall({ code, message }: GrpcEnd): string {
  if (code === ok) return '';
  if (code === deadlineExceeded) {
    const reason = reasonOfText(message);
    return reason === 'dns' || reason === 'connect' ? reason : 'grpc-deadline';
  }
  if (code === unavailable) return reasonOfText(message) || 'grpc-unavailable';
  return 'grpc-other';
}

/** Texts that grpc-go itself makes when a stream's connection is lost or its frames are cut; a server that ends a stream says otherwise. */
const broken =
  /error reading from server|connection reset|broken pipe|\bEOF\b|transport is closing|closing transport|connection error|RST_STREAM|keepalive ping failed|i\/o timeout|without sending trailers/i;

/** How a stream ended: `closed` when the server sent a status, `reset` when the connection broke. */
export function endOfStream({ message }: GrpcEnd): 'closed' | 'reset' {
  return broken.test(message) ? 'reset' : 'closed';
}

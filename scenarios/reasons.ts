/** What k6 tells about one answer, as far as a reason needs it. */
export interface AnswerFacts {
  status: number;
  /** k6's `error_code`, 0 when there was none. */
  errorCode: number;
  error: string;
}

/** Inclusive ranges of k6's error codes (docs: "Error codes"; source: lib/netext/httpext/error_codes.go) → reason. */
const codes: readonly (readonly [from: number, to: number, reason: string])[] = [
  [1050, 1050, 'timeout'],
  [1100, 1199, 'dns'],
  [1200, 1209, 'reset'],
  [1210, 1210, 'connect'],
  [1211, 1211, 'timeout'],
  [1212, 1219, 'connect'],
  [1220, 1299, 'reset'],
  [1300, 1399, 'tls'],
  [1400, 1599, 'status'],
  [1600, 1699, 'reset'],
  [1700, 1799, 'body'],
];

/** For errors that k6 gives no code of their own (1000, 1010), by the text of Go's error. The first match wins. */
const texts: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/\blookup\b|no such host|server misbehaving/i, 'dns'],
  [/x509|tls:|handshake/i, 'tls'],
  [/deadline exceeded|i\/o timeout|timeout awaiting|Client\.Timeout|request timeout/i, 'timeout'],
  [
    /connection refused|no route to host|network is unreachable|host is unreachable|host is down|^dial|cannot assign requested address/i,
    'connect',
  ],
  [/EOF|reset by peer|broken pipe|closed|aborted|malformed HTTP/i, 'reset'],
];

/** Reason behind the text of a Go network error; '' when nothing in the table matches. */
export function reasonOfText(text: string): string {
  for (const [pattern, reason] of texts) if (pattern.test(text)) return reason;
  return '';
}

/** Why a stream could not be opened: its path knows `dns`, and `connect` for everything else. */
export function reasonOfOpening(text: string): 'dns' | 'connect' {
  return reasonOfText(text) === 'dns' ? 'dns' : 'connect';
}

/** Why an HTTP answer is not good, before its body is read: '' when status and transport are fine. */
export function reasonOfAnswer(facts: AnswerFacts): string {
  for (const [from, to, reason] of codes) if (facts.errorCode >= from && facts.errorCode <= to) return reason;
  if (facts.errorCode !== 0 || facts.status === 0) return reasonOfText(facts.error) || 'reset';
  return facts.status >= 200 && facts.status < 300 ? '' : 'status';
}

/** Folds a reason that the path does not list into one it does, so that no series appears that was never zeroed. */
export function listedReason(reason: string, listed: readonly string[], other: string): string {
  return listed.includes(reason) ? reason : other;
}

import { listedReason, reasonOfAnswer, reasonOfText } from '../../scenarios/reasons';

// Seen on k6 2.2.0 against listeners that do just this.
test.each([
  ['nothing listens', 0, 1212, 'dial: connection refused', 'connect'],
  ['name does not exist', 0, 1101, 'lookup: no such host', 'dns'],
  ['no answer', 0, 1050, 'request timeout', 'timeout'],
  ['reset', 0, 1220, 'read: connection reset by peer', 'reset'],
  ['closed without an answer', 0, 1000, 'EOF', 'reset'],
  ['closed within the body', 0, 1000, 'unexpected EOF', 'reset'],
  ['503', 503, 1503, '', 'status'],
  ['418', 418, 1418, '', 'status'],
  ['not HTTP', 0, 1000, 'malformed HTTP response "SSH-2.0-x"', 'reset'],
  ['not TLS', 0, 1301, 'tls: first record does not look like a TLS handshake', 'tls'],
  ['dial timeout', 0, 1211, 'dial: i/o timeout', 'timeout'],
  ['broken pipe', 0, 1201, 'write: broken pipe', 'reset'],
  ['200', 200, 0, '', ''],
  ['202', 202, 0, '', ''],
  ['redirect is no answer', 302, 0, '', 'status'],
  ['nothing known', 0, 1000, 'something new', 'reset'],
])('%s', (_, status, errorCode, error, reason) =>
  expect(reasonOfAnswer({ status, errorCode, error })).toBe(reason),
);

test.each([
  ['dial tcp: lookup target on 10.96.0.10:53: read udp 10.0.0.1:1->10.96.0.10:53: i/o timeout', 'dns'],
  ['dial tcp: lookup target on 10.96.0.10:53: server misbehaving', 'dns'],
  ['dial tcp 10.0.0.1:9898: i/o timeout', 'timeout'],
  ['dial tcp 10.0.0.1:9898: connect: no route to host', 'connect'],
  ['dial tcp 10.0.0.1:9898: connect: network is unreachable', 'connect'],
  ['http: server closed idle connection', 'reset'],
  ['tls: handshake failure', 'tls'],
  ['what is this', ''],
])('text %s', (text, reason) => expect(reasonOfText(text)).toBe(reason));

test('a reason that the path does not list becomes one it does', () => {
  expect(listedReason('tls', ['dns', 'reset'], 'reset')).toBe('reset');
  expect(listedReason('dns', ['dns', 'reset'], 'reset')).toBe('dns');
});

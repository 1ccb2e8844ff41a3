import { endOfStream, reasonOfCall, reasonOfConnect } from '../../scenarios/grpc-reasons';

// Texts of grpc-go as k6 2.2.0 hands them on.
test.each([
  ['OK', '', ''],
  ['Unavailable', 'overloaded', 'grpc-unavailable'],
  ['Unavailable', 'no children to pick from', 'grpc-unavailable'],
  [
    'Unavailable',
    'connection error: desc = "transport: Error while dialing: dial tcp 127.0.0.1:9999: connect: connection refused"',
    'connect',
  ],
  [
    'Unavailable',
    'connection error: desc = "transport: Error while dialing: lookup target on 10.96.0.10:53: no such host"',
    'dns',
  ],
  ['Unavailable', 'error reading from server: EOF', 'reset'],
  [
    'Unavailable',
    'error reading from server: read tcp 10.0.0.1:1->10.0.0.2:9999: connection reset by peer',
    'reset',
  ],
  ['Unavailable', 'connection error: desc = "error reading server preface: EOF"', 'reset'],
  ['Unavailable', 'the connection is draining', 'grpc-unavailable'],
  ['DeadlineExceeded', 'context deadline exceeded', 'grpc-deadline'],
  [
    'DeadlineExceeded',
    'latest balancer error: connection error: desc = "transport: Error while dialing: dial tcp 10.0.0.1:9999: connect: no route to host"',
    'connect',
  ],
  ['DeadlineExceeded', 'error reading from server: EOF', 'grpc-deadline'],
  ['Internal', 'a bug', 'grpc-other'],
  ['Unimplemented', 'unknown service echo.EchoService', 'grpc-other'],
])('%s %s', (code, message, reason) => expect(reasonOfCall({ code, message })).toBe(reason));

test.each([
  ['context deadline exceeded', 'grpc-deadline'],
  [
    'connection error: desc = "transport: Error while dialing: dial tcp 10.0.0.1:9999: i/o timeout"',
    'grpc-deadline',
  ],
  ['context deadline exceeded: connection error: desc = "… connect: connection refused"', 'connect'],
  ['connection error: desc = "transport: Error while dialing: lookup nobody.invalid: no such host"', 'dns'],
  [
    'context deadline exceeded: connection error: desc = "error reading server preface: connection reset by peer"',
    'grpc-deadline',
  ],
  ['something new', 'connect'],
])('no connection: %s', (text, reason) => expect(reasonOfConnect(text)).toBe(reason));

test.each([
  ['draining', 'closed'],
  ['', 'closed'],
  ['error reading from server: EOF', 'reset'],
  ['error reading from server: read tcp 127.0.0.1:1->127.0.0.1:2: connection reset by peer', 'reset'],
  ['stream terminated by RST_STREAM with error code: INTERNAL_ERROR', 'reset'],
  ['server closed the stream without sending trailers', 'reset'],
])('a stream ends with "%s"', (message, end) =>
  expect(endOfStream({ code: 'Unavailable', message })).toBe(end),
);

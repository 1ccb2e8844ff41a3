import { judgeEcho } from '../../scenarios/echo';

const sent = '"nonce-1"';
const through = (...answers: string[]) => judgeEcho(JSON.stringify(answers), sent, true);
const url = 'http://target.continuous-load.svc.cluster.local.:9898/api/echo';

// The texts are those of the real podinfo (6.9 and 6.14), asked with backends that fail in each way.
test.each([
  [`call failed Post "${url}": dial tcp 127.0.0.1:21910: connect: connection refused`, 'connect'],
  [`call failed Post "${url}": dial tcp: lookup nothing.invalid on 10.255.255.53:53: no such host`, 'dns'],
  [`call failed Post "${url}": context deadline exceeded`, 'timeout'],
  [
    `call failed Post "${url}": read tcp 127.0.0.1:53694->127.0.0.1:21912: read: connection reset by peer`,
    'reset',
  ],
  [`call failed Post "${url}": EOF`, 'reset'],
  ['response status code 503', 'status'],
  ['call failed unexpected EOF', 'reset'],
  [
    `call failed Post "${url}": net/http: HTTP/1.x transport connection broken: malformed HTTP response "SSH-2.0-x"`,
    'reset',
  ],
  [
    'call failed context deadline exceeded (Client.Timeout or context cancellation while reading body)',
    'timeout',
  ],
  ['call failed Post "http://lookup-reset.x509.example:80/x": connect: connection refused', 'connect'],
  ['call failed for a reason never seen', 'connect'],
])('backend %s', (words, reason) =>
  expect(through(`backend ${url} ${words}`)).toMatchObject({ reason, behind: true }),
);

test('the sent text back is good, with and without a backend', () => {
  expect(through(sent)).toEqual({ reason: '', behind: false });
  expect(judgeEcho(sent, sent, false)).toEqual({ reason: '', behind: false });
});

test.each<[string, string | null, boolean, boolean]>([
  ['nothing', null, true, false],
  ['empty', '', true, false],
  ['no JSON', 'hello', true, false],
  ['no array', '{}', true, false],
  ['no answers', '[]', true, false],
  ['no text', '[1]', true, false],
  ["another probe's text", JSON.stringify(['"nonce-2"']), true, true],
  ["another probe's text, direct", '"nonce-2"', false, false],
  ['a backend that answers something else', JSON.stringify(['hello']), true, true],
  ['an empty answer of the backend', JSON.stringify(['']), true, true],
])('%s is a wrong body', (_, body, hasBackend, behind) =>
  expect(judgeEcho(body, sent, hasBackend)).toEqual({ reason: 'body', behind }),
);

test('one bad backend among good ones is bad', () => {
  expect(through(sent, `backend ${url} response status code 500`)).toEqual({
    reason: 'status',
    behind: true,
    status: 500,
  });
});

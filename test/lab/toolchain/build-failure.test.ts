import { buildFailure } from '../../../lab/toolchain/build-failure';

const failure = (...lines: string[]): string =>
  buildFailure({
    program: 'k6',
    family: 'k6',
    moduleDirectory: '/checkout/lab/toolchain/k6',
    command: 'go build -o /dev/null go.k6.io/k6/v2',
    proxy: 'https://proxy.invalid',
    lines,
  }).message;

test.each([
  ['write /tmp/x: no space left on device', 'The disk is full'],
  ['k8s.io/api: /usr/local/go/pkg/tool/linux_amd64/compile: signal: killed', 'lack of memory'],
  ['verifying example.com/x@v1.0.0: checksum mismatch', 'restore both from version control'],
  ['go: updates to go.mod needed', 'restore both from version control'],
  [
    'example.com/x@v1: Get "https://p/x": dial tcp: lookup p: no such host',
    'GOPROXY is https://proxy.invalid',
  ],
  ['example.com/x@v1: reading https://p/x.zip: 404 Not Found', 'GOPROXY is https://proxy.invalid'],
  ['./main.go:3:1: syntax error', 'cd /checkout/lab/toolchain/k6 && CGO_ENABLED=0 go build'],
])('%s → %s', (line, wayOut) => {
  expect(failure('first', line)).toContain(wayOut);
  expect(failure('first', line)).toContain(`  ${line}`);
});

test('downloads are no reason, and silence is said', () => {
  expect(failure('go: downloading example.com/x v1.0.0')).toContain('  nothing\n');
});

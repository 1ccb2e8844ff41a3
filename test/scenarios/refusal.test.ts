import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { judgePlaintext, judgeStranger } from '../../scenarios/refusal';
import { freePort } from '../support/ports';
import { configOf, endAll, Injector, k6PatienceMs, type Samples, until } from './support/processes';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  await endAll();
  closing.splice(0).forEach((close) => close());
});

const before = (cause: string) => `Post "http://mesh-target.reset.svc.:9898/api/echo?id=a": ${cause}`;

// As k6 2.2.0 said them when they were tried.
test.each([
  ['an answer of whatever status', undefined, 'admitted'],
  ['cut by a reset', before('read tcp 10.0.0.1:1->10.0.0.2:9898: read: connection reset by peer'), ''],
  ['cut without a reset', before('EOF'), ''],
  ['nobody listens', before('dial tcp 10.0.0.2:9898: connect: connection refused'), 'connect'],
  ['no route', before('dial tcp 10.0.0.2:9898: connect: no route to host'), 'connect'],
  ['no answer', before('request timeout'), 'timeout'],
  ['no name', before('lookup mesh-target. on 10.96.0.10:53: no such host'), 'dns'],
  [
    'a TLS alert',
    before('net/http: HTTP/1.x transport connection broken: malformed HTTP response "\\x15"'),
    'body',
  ],
  ['half a status line', before('unexpected EOF'), 'body'],
  [
    'cut in the middle of an answer',
    'read tcp 10.0.0.1:1->10.0.0.2:9898: read: connection reset by peer',
    'admitted',
  ],
  ['what nobody has seen yet', before('a wonder'), 'connect'],
])('plaintext that ends by %s', (_what, error, reason) => {
  expect(judgePlaintext(error)).toBe(reason);
});

const backend = 'backend http://mesh-target.continuous-load-mesh.svc.cluster.local.:9898/api/echo';
const sent = '"nonce"';

test.each([
  ['a refusal', [`${backend} response status code 403`], '', false],
  ['an answer', [sent], 'admitted', true],
  ['no target', [`${backend} response status code 503`], 'upstream', true],
  ['no route', [`${backend} response status code 404`], 'route', true],
  ['another status', [`${backend} response status code 401`], 'status', true],
  ['a broken connection', [`${backend} call failed Post "http://x": EOF`], 'reset', true],
  ['words of somebody else', ['hello'], 'body', true],
  ['nothing', [], 'body', false],
])('a stranger that tells of %s', (_what, answer, reason, behind) => {
  expect(judgeStranger(JSON.stringify(answer), sent)).toEqual({ reason, behind });
});

/** Address of a server that lives as long as the test. */
async function listening(server: Server): Promise<string> {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    open.forEach((socket) => socket.destroy());
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/echo`;
}

const web = (answer: RequestListener) => listening(createServer(answer));

/** Runs k6 until each path has been counted some times, and gives its samples. */
async function probed(targetMesh: string, strangerMesh: string): Promise<Samples> {
  const injector = await Injector.start(
    configOf(['mesh-mtls', 'mesh-authz'], { targetMesh, strangerMesh }, { ratePerSecond: 20 }),
  );
  const counted = (path: string) =>
    Object.values(injector.samples().outcomes({ path })).reduce((sum, count) => sum + count, 0);
  await until(
    () => ['mesh-mtls', 'mesh-authz'].every((path) => counted(path) >= 5),
    () => injector.samples().log,
  );
  return injector.stop();
}

/** What was counted of a path, but for what a busy machine does. */
const outcomesOf = (samples: Samples, path: string) =>
  Object.keys(samples.outcomes({ path })).filter((name) => !/^(slow|error lag)$/.test(name));

test(
  'what is refused is good, and leaves no word in the log',
  async () => {
    const cutting = createTcpServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
    const samples = await probed(
      await listening(cutting),
      await web((_asked, answer) => answer.end(JSON.stringify([`${backend} response status code 403`]))),
    );
    expect(['mesh-mtls', 'mesh-authz'].map((path) => outcomesOf(samples, path))).toEqual([['ok'], ['ok']]);
    expect(samples.log).not.toMatch(/mesh-|Request Failed/);
  },
  k6PatienceMs,
);

test(
  'who is answered was admitted: plaintext with whatever status, a stranger by target',
  async () => {
    const samples = await probed(
      await web((_asked, answer) => answer.writeHead(403).end('RBAC: access denied')),
      await web((asked, answer) => {
        let body = '';
        asked.on('data', (chunk) => (body += String(chunk)));
        asked.on('end', () => answer.end(JSON.stringify([body])));
      }),
    );
    const of = (path: string, hop: string) => samples.outcomes({ path, hop })['failed admitted'] ?? 0;
    expect(outcomesOf(samples, 'mesh-mtls')).toEqual(['failed admitted']);
    expect(outcomesOf(samples, 'mesh-authz')).toEqual(['failed admitted']);
    expect(of('mesh-mtls', '1')).toBeGreaterThan(0);
    expect(of('mesh-authz', '2')).toBeGreaterThan(0);
  },
  k6PatienceMs,
);

test(
  'a target that is dead does not look like one that refuses',
  async () => {
    const samples = await probed(
      `http://127.0.0.1:${await freePort()}/api/echo`,
      await web((_asked, answer) => answer.end(JSON.stringify([`${backend} response status code 503`]))),
    );
    expect(outcomesOf(samples, 'mesh-mtls')).toEqual(['failed connect']);
    expect(outcomesOf(samples, 'mesh-authz')).toEqual(['failed upstream']);
  },
  k6PatienceMs,
);

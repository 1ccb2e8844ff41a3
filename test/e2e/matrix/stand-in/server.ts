/** A process that stands in for a server of the lab, in the network of one of its machines. Its parent tells it how to behave, over IPC. */
import { createSocket } from 'node:dgram';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { type Answered, type Behaviour, contrary, misbehaves, type Order, type Reply } from './behaviour';

const [kind = '', address = '', portText = '', upstream = ''] = process.argv.slice(2);
const port = Number(portText);
const answered: Answered[] = [];
let behaviour: Behaviour = {};
let requests = 0;

const say = (reply: Reply) => process.send?.(reply);

process.on('message', (order: Order) => {
  if ('behave' in order) {
    behaviour = order.behave;
    requests = 0;
    say({ behaves: true });
  } else say({ answered });
});
process.on('disconnect', () => process.exit(0));

/** How to answer the next request, and what to call when it is answered. */
function next(id: string): { readonly how: Behaviour; readonly done: () => void } {
  const atMs = Date.now();
  const from = performance.now();
  const misbehaved = Object.keys(behaviour).length > 0 && misbehaves(requests++, behaviour.ofTen);
  return {
    how: misbehaved ? behaviour : {},
    done: () => void answered.push({ id, atMs, tookMs: performance.now() - from, misbehaved }),
  };
}

/** Echoes as podinfo does without a backend. */
function echo(request: IncomingMessage, response: ServerResponse): void {
  const { how, done } = next(new URL(request.url ?? '/', 'http://stand-in').searchParams.get('id') ?? '');
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () =>
    later(how, () => {
      // each request on a connection of its own: nobody is left on one when the real server is back
      response.writeHead(how.status ?? 200, { Connection: 'close', 'Content-Type': 'application/json' });
      const body =
        how.status === undefined && how.wrong === undefined ? Buffer.concat(parts) : 'not what was sent';
      response.end(body, done);
    }),
  );
}

/** Passes a datagram on to the real name server, and its answer back. */
function relayDatagrams(): void {
  const server = createSocket('udp4');
  server.on('message', (query, client) => {
    const { how, done } = next('');
    const asking = createSocket('udp4');
    const giveUp = setTimeout(() => asking.close(), 5_000);
    asking.once('message', (answer) => {
      clearTimeout(giveUp);
      asking.close();
      later(how, () => server.send(how.wrong ? contrary(answer) : answer, client.port, client.address, done));
    });
    asking.send(query, 53, upstream);
  });
  server.bind(port, address);
}

/** The same over TCP, where two bytes of length come first (RFC 1035 §4.2.2). */
function relayConnection(client: Socket): void {
  const server = connect(53, upstream);
  client.pipe(server);
  let seen = Buffer.alloc(0);
  server.on('data', (part) => {
    seen = Buffer.concat([seen, part]);
    while (seen.length >= 2 && seen.length >= 2 + seen.readUInt16BE(0)) {
      const length = seen.readUInt16BE(0);
      const answer = Buffer.from(seen.subarray(2, 2 + length));
      seen = seen.subarray(2 + length);
      const { how, done } = next('');
      later(how, () => {
        const told = how.wrong ? contrary(answer) : answer;
        const head = Buffer.alloc(2);
        head.writeUInt16BE(told.length);
        client.write(Buffer.concat([head, told]), done);
      });
    }
  });
  for (const [one, other] of [
    [client, server],
    [server, client],
  ] as const) {
    one.on('error', () => other.destroy());
    one.on('close', () => other.destroy());
  }
}

function later({ delayMs = 0 }: Behaviour, act: () => void): void {
  if (delayMs === 0) act();
  else setTimeout(act, delayMs);
}

if (kind === 'http') createHttpServer(echo).listen(port, address, () => say({ listening: true }));
if (kind === 'dns') {
  relayDatagrams();
  createServer(relayConnection).listen(port, address, () => say({ listening: true }));
}

/**
 * A far end for the scenarios, run as a process of its own so that it can be killed and stopped: EchoService and the stream of
 * echo over gRPC, and a WebSocket echo. Arguments: GRPC_PORT WS_PORT LOG MODE. Appends the nonce of each message it answers to
 * LOG. On SIGTERM it ends each stream in good order after its next answer.
 */
import { createHash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { join } from 'node:path';
import { loadPackageDefinition, Server, ServerCredentials, status } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

const [grpcPort = '', wsPort = '', log = '', mode = 'ok'] = process.argv.slice(2);
const scenarios = join(process.cwd(), 'scenarios');
const proto = (file: string): any =>
  loadPackageDefinition(loadSync(join(scenarios, file), { longs: Number, defaults: true }));

let draining = false;
const note = (nonce: string) => appendFileSync(log, `${nonce}\n`);

const server = new Server();
server.addService(proto('podinfo.proto').echo.EchoService.service, {
  Echo: ({ request }: any, answer: (error: any, message?: any) => void) => {
    note(request.body);
    const body = mode === 'wrong' ? 'something else' : request.body;
    if (mode === 'refuse') answer({ code: status.UNAVAILABLE, details: 'overloaded' });
    else if (mode === 'broken') answer({ code: status.INTERNAL, details: 'a bug' });
    else setTimeout(() => answer(null, { body }), mode === 'slow' ? 150 : mode === 'late' ? 2000 : 0);
  },
});
server.addService(proto('echo-stream.proto').continuousload.echo.v1.Echo.service, {
  Stream: (call: any) => {
    call.on('data', ({ number, nonce }: any) => {
      note(nonce);
      call.write({ number, nonce: mode === 'wrong' ? 'something else' : nonce });
      if (draining) call.emit('error', { code: status.UNAVAILABLE, details: 'draining' });
    });
    call.on('end', () => call.end());
    call.on('error', () => undefined);
  },
});
server.bindAsync(`127.0.0.1:${grpcPort}`, ServerCredentials.createInsecure(), (error) => {
  if (error) throw error;
  ws.listen(Number(wsPort), '127.0.0.1', () => console.log('ready'));
});

const ws = createServer();
ws.on('upgrade', (request, socket: Duplex) => {
  const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  const accept = createHash('sha1').update(key).digest('base64');
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  socket.on('error', () => undefined);
  let buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    buffer = Buffer.concat([buffer, chunk]);
    // Frames of the scenarios are short, masked and whole: RFC 6455 §5.2 with a length under 126.
    while (buffer.length >= 6 && buffer.length >= 6 + (buffer[1]! & 0x7f)) {
      const length = buffer[1]! & 0x7f;
      const mask = buffer.subarray(2, 6);
      const text = Buffer.from(buffer.subarray(6, 6 + length)).map((byte, index) => byte ^ mask[index % 4]!);
      const opcode = buffer[0]! & 0x0f;
      buffer = buffer.subarray(6 + length);
      if (opcode === 8) return socket.end(Buffer.from([0x88, text.length, ...text]));
      if (opcode !== 1) continue;
      note(JSON.parse(Buffer.from(text).toString()).nonce);
      const back = mode === 'wrong' ? Buffer.from('{"number":-7,"nonce":"?"}') : text;
      socket.write(Buffer.from([0x81, back.length, ...back]));
      if (draining) socket.end(Buffer.from([0x88, 2, 0x03, 0xe9]));
    }
  });
});

process.on('SIGTERM', () => {
  draining = true;
});

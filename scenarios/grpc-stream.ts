import grpc from 'k6/net/grpc';
import { setTimeout } from 'k6/timers';
import type { PathConfig, ProbeConfig } from './config.ts';
import { endOfStream } from './grpc-reasons.ts';
import { reasonOfOpening } from './reasons.ts';
import { holdStream, type StreamEvents, type Transport } from './stream.ts';

const method = 'continuousload.echo.v1.Echo/Stream';

/** One for the stream, one for a silent one that still has messages under way. Protocols can be loaded at init only. */
const clients: grpc.Client[] = [];
const idle: grpc.Client[] = [];

/** Loads the protocol; must run at init, and only where the path is on: every VU pays for it. */
export function prepareGrpcStream(): void {
  for (let count = 0; count < 2; count += 1) {
    const client = new grpc.Client();
    client.load([], 'echo-stream.proto');
    clients.push(client);
    idle.push(client);
  }
}

/** Holds the bidirectional stream of the path `grpc-stream` for ever. */
export function holdGrpcStream(path: PathConfig, probe: ProbeConfig): void {
  holdStream(path, probe, openGrpcStream);
}

function openGrpcStream(address: string, timeoutMs: number, events: StreamEvents): Transport {
  const client = idle.shift();
  let over = false;
  const finish = () => {
    over = true;
    if (!client) return;
    // grpc-go would wait longer and longer between its own attempts, up to two minutes: each stream has a connection of its own.
    client.close();
    idle.push(client);
  };
  const transport: Transport = {
    send(number, nonce) {
      // k6 blocks the VU for ever on a write to a stream that it knows to be over.
      if (over || !stream) return false;
      stream.write({ number, nonce });
      return true;
    },
    close() {
      if (!over) finish();
    },
  };
  let stream: grpc.Stream | undefined;
  if (!client) {
    over = true;
    events.ended('connect', 'no client is free');
    return transport;
  }
  try {
    client.connect(address, { plaintext: true, timeout: timeoutMs });
    stream = new grpc.Stream(client, method);
  } catch (fault) {
    finish();
    events.ended(reasonOfOpening(String(fault)), String(fault));
    return transport;
  }
  stream.on('data', (message) => {
    const { number, nonce } = message as { number: string; nonce: string };
    if (!over) events.answered(Number(number), nonce);
  });
  stream.on('error', (error) => {
    if (over) return;
    const { message } = error as grpc.GrpcError;
    const code = String((error as grpc.GrpcError).code);
    finish();
    // k6's word when it is stopped itself: the stream is not to blame.
    if (message === 'canceled by client (k6)') return;
    events.ended(endOfStream({ code, message }), `code ${code}: ${message}`);
  });
  stream.on('end', () => {
    if (over) return;
    finish();
    // k6 says the same when it is stopped itself: no timer runs then.
    setTimeout(() => events.ended('closed', 'status OK'), 0);
  });
  events.opened();
  return transport;
}

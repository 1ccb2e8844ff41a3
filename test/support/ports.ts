import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Ports that tests give to programs which they start lie below those that a kernel gives to a connection by itself (32768 on Linux), as such a
 * connection may take one between this look and the program's own; and each of Jest's workers has its own, so that none takes another's.
 */
const firstPort = 11_000;
const portsOfAWorker = 300;
const workers = 32;

const worker = Number(process.env['JEST_WORKER_ID'] ?? 0) % workers;
let turn = Math.floor(Math.random() * portsOfAWorker);

/** A port of the loopback that nobody has, neither over TCP nor over UDP, and that none of this worker's last callers was given. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < portsOfAWorker; tries += 1) {
    turn = (turn + 1) % portsOfAWorker;
    const port = firstPort + worker * portsOfAWorker + turn;
    if ((await isFree(port, 'tcp')) && (await isFree(port, 'udp'))) return port;
  }
  throw new Error(`no free port from ${firstPort + worker * portsOfAWorker} on`);
}

async function isFree(port: number, protocol: 'tcp' | 'udp'): Promise<boolean> {
  const holder =
    protocol === 'tcp'
      ? createServer().listen(port, '127.0.0.1')
      : createSocket('udp4').bind(port, '127.0.0.1');
  try {
    await once(holder, 'listening');
  } catch {
    return false;
  }
  await new Promise<void>((resolve) => void holder.close(() => resolve()));
  return true;
}

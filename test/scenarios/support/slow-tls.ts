import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selfSigned } from '../../support/self-signed';

/** An HTTPS server on loopback that seems far away: whatever is sent arrives late, each way. It names the version of HTTP that it is asked in. */
export class SlowTls {
  private constructor(
    readonly url: string,
    /** File of the certificate that its clients have to trust. */
    readonly certificate: string,
    /** Stops it; what is in it goes with it. */
    readonly close: () => void,
  ) {}

  static async start(delayMs: number): Promise<SlowTls> {
    const { key, cert } = await selfSigned('ip', '127.0.0.1');
    const server = createSecureServer({ key, cert, allowHTTP1: true }, (asked, answer) =>
      answer.end(`HTTP/${asked.httpVersion}`),
    );
    const port = await listening(server);
    const sockets = new Set<Socket>();
    const relay = createTcpServer((near) => {
      const far = connect(port, '127.0.0.1');
      for (const [from, into] of [
        [near, far],
        [far, near],
      ] as const) {
        sockets.add(from);
        from.setNoDelay(true);
        from.on('data', (data) => setTimeout(() => into.destroyed || into.write(data), delayMs));
        from.on('end', () => setTimeout(() => into.end(), delayMs));
        from.on('error', () => into.destroy());
        from.on('close', () => sockets.delete(from));
      }
    });
    const url = `https://127.0.0.1:${await listening(relay)}/`;
    const directory = mkdtempSync(join(tmpdir(), 'slow-tls-'));
    const file = join(directory, 'certificate.pem');
    writeFileSync(file, cert);
    return new SlowTls(url, file, () => {
      for (const socket of sockets) socket.destroy();
      relay.close();
      server.close();
      rmSync(directory, { recursive: true });
    });
  }
}

async function listening(server: Pick<Server, 'listen' | 'address'>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

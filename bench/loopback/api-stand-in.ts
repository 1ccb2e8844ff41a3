/**
 * Answers like an API server to what the path `api-server` asks: TLS, /readyz, a list of one Service. It is no part of what is
 * measured, and an injector spends the same on it. Arguments: the port, and the file for the certificate that clients trust.
 */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { selfSigned } from '../../test/support/self-signed';

const host = 'kubernetes.default.svc.cluster.local';

async function main(port: number, certificateFile: string): Promise<void> {
  const { key, cert } = await selfSigned('dns', host);
  const services = JSON.stringify({ kind: 'ServiceList', apiVersion: 'v1', metadata: {}, items: [] });
  const server = createServer({ key, cert }, (request, response) => {
    const ready = request.url === '/readyz';
    response.setHeader('content-type', ready ? 'text/plain' : 'application/json');
    response.end(ready ? 'ok' : services);
  });
  server.listen(port, '127.0.0.1', () => writeFileSync(certificateFile, cert));
}

void main(Number(process.argv[2]), process.argv[3] ?? '');

/**
 * Answers like an API server to what the path `api-server` asks: TLS, /readyz, a list of one Service. It is no part of what is
 * measured, and an injector spends the same on it. Arguments: the port, and the file for the certificate that clients trust.
 */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import * as x509 from '@peculiar/x509';

const host = 'kubernetes.default.svc.cluster.local';
const signing = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

async function main(port: number, certificateFile: string): Promise<void> {
  const keys = await webcrypto.subtle.generateKey(signing, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${host}`,
    notBefore: new Date(Date.now() - 3_600_000),
    notAfter: new Date(Date.now() + 86_400_000),
    keys,
    signingAlgorithm: signing,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: host }]),
    ],
  });
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  const services = JSON.stringify({ kind: 'ServiceList', apiVersion: 'v1', metadata: {}, items: [] });
  const server = createServer(
    {
      key: `-----BEGIN PRIVATE KEY-----\n${key.toString('base64')}\n-----END PRIVATE KEY-----\n`,
      cert: certificate.toString('pem'),
    },
    (request, response) => {
      const ready = request.url === '/readyz';
      response.setHeader('content-type', ready ? 'text/plain' : 'application/json');
      response.end(ready ? 'ok' : services);
    },
  );
  server.listen(port, '127.0.0.1', () => writeFileSync(certificateFile, certificate.toString('pem')));
}

void main(Number(process.argv[2]), process.argv[3] ?? '');

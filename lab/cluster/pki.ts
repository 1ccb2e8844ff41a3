import 'reflect-metadata';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { webcrypto } from 'node:crypto';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { stringify } from 'yaml';
import { type LabAddresses, type LabPaths, mostNodes } from './spec';

const signing = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const validityDays = 3650;

interface Identity {
  readonly file: string;
  readonly commonName: string;
  readonly organization?: string;
  readonly dnsNames?: readonly string[];
  readonly addresses?: readonly string[];
}

/** Who gets a certificate in a lab; nodes are made for the largest lab, so that adding one later needs no new key. */
function identities(addresses: LabAddresses): Identity[] {
  const nodes = Array.from({ length: mostNodes }, (_, i) => addresses.node(i + 1));
  return [
    {
      file: 'apiserver',
      commonName: 'kube-apiserver',
      dnsNames: [
        'kubernetes',
        'kubernetes.default',
        'kubernetes.default.svc',
        'kubernetes.default.svc.cluster.local',
        'localhost',
      ],
      addresses: ['127.0.0.1', addresses.controlPlane, addresses.apiService],
    },
    { file: 'kubelet-client', commonName: 'apiserver-kubelet-client', organization: 'system:masters' },
    { file: 'front-proxy', commonName: 'front-proxy-client' },
    { file: 'admin', commonName: 'admin', organization: 'system:masters' },
    { file: 'controller-manager', commonName: 'system:kube-controller-manager' },
    { file: 'scheduler', commonName: 'system:kube-scheduler' },
    { file: 'proxy', commonName: 'system:kube-proxy' },
    ...nodes.map((node) => ({
      file: node.name,
      commonName: `system:node:${node.name}`,
      organization: 'system:nodes',
      dnsNames: [node.name],
      addresses: [node.address],
    })),
  ];
}

/**
 * Makes the lab's certificate authority, certificates, keys and kubeconfigs; does nothing when all are there.
 * Everything lies in a 0700 directory and every key is born 0600.
 */
export async function ensurePki(
  paths: LabPaths,
  addresses: LabAddresses,
  apiPort: number,
  makePrivate: (directory: string) => string,
): Promise<void> {
  const at = (file: string) => join(paths.pki, file);
  const complete = at('complete');
  if (!existsSync(complete)) {
    makePrivate(paths.pki);
    const authority = await generate();
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: serialNumber(),
      name: `CN=${paths.root.split('/').pop() ?? 'lab'} authority`,
      ...validity(),
      keys: authority,
      signingAlgorithm: signing,
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(
          x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.digitalSignature,
          true,
        ),
        await x509.SubjectKeyIdentifierExtension.create(authority.publicKey),
      ],
    });
    const authorityPem = certificate.toString('pem');
    writePrivate(at('ca.crt'), authorityPem);
    writePrivate(at('ca.key'), await privatePem(authority));
    await Promise.all(
      identities(addresses).map(async (identity) => {
        const keys = await generate();
        const leaf = await issue(identity, keys, certificate, authority);
        writePrivate(at(`${identity.file}.key`), await privatePem(keys));
        writePrivate(at(`${identity.file}.crt`), leaf);
      }),
    );
    const tokens = await generate();
    writePrivate(at('service-accounts.key'), await privatePem(tokens));
    writePrivate(at('service-accounts.pub'), await publicPem(tokens));
    writeFileSync(complete, '');
  }
  const kubeconfig = (identity: string, server: string) =>
    stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        {
          name: 'lab',
          cluster: { server, 'certificate-authority-data': readFileSync(at('ca.crt')).toString('base64') },
        },
      ],
      users: [
        {
          name: identity,
          user: {
            'client-certificate-data': readFileSync(at(`${identity}.crt`)).toString('base64'),
            'client-key-data': readFileSync(at(`${identity}.key`)).toString('base64'),
          },
        },
      ],
      contexts: [{ name: 'lab', context: { cluster: 'lab', user: identity } }],
      'current-context': 'lab',
    });
  const inside = `https://${addresses.controlPlane}:6443`;
  for (const identity of ['controller-manager', 'scheduler'])
    writePrivate(at(`${identity}.kubeconfig`), kubeconfig(identity, 'https://127.0.0.1:6443'));
  writePrivate(at('proxy.kubeconfig'), kubeconfig('proxy', inside));
  for (let i = 1; i <= mostNodes; i++) {
    const { name } = addresses.node(i);
    writePrivate(at(`${name}.kubeconfig`), kubeconfig(name, inside));
  }
  writePrivate(paths.kubeconfig, kubeconfig('admin', `https://127.0.0.1:${apiPort}`));
}

const generate = () => webcrypto.subtle.generateKey(signing, true, ['sign', 'verify']);

async function issue(
  identity: Identity,
  keys: webcrypto.CryptoKeyPair,
  authority: x509.X509Certificate,
  authorityKeys: webcrypto.CryptoKeyPair,
): Promise<string> {
  const names = [
    ...(identity.dnsNames ?? []).map((value) => ({ type: 'dns' as const, value })),
    ...(identity.addresses ?? []).map((value) => ({ type: 'ip' as const, value })),
  ];
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: `${identity.organization === undefined ? '' : `O=${identity.organization}, `}CN=${identity.commonName}`,
    issuer: authority.subject,
    ...validity(),
    publicKey: keys.publicKey,
    signingKey: authorityKeys.privateKey,
    signingAlgorithm: signing,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment,
        true,
      ),
      new x509.ExtendedKeyUsageExtension([
        x509.ExtendedKeyUsage.clientAuth,
        x509.ExtendedKeyUsage.serverAuth,
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(authorityKeys.publicKey),
      ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
    ],
  });
  return certificate.toString('pem');
}

function validity() {
  const day = 24 * 60 * 60 * 1000;
  return { notBefore: new Date(Date.now() - day), notAfter: new Date(Date.now() + validityDays * day) };
}

function serialNumber(): string {
  // A leading zero bit keeps the number positive (RFC 5280 §4.1.2.2).
  const bytes = webcrypto.getRandomValues(new Uint8Array(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x01;
  return Buffer.from(bytes).toString('hex');
}

async function privatePem(keys: webcrypto.CryptoKeyPair): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
}

async function publicPem(keys: webcrypto.CryptoKeyPair): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('spki', keys.publicKey), 'PUBLIC KEY');
}

/** Writes a file that only its owner can read, from the first byte on. */
export function writePrivate(path: string, content: string): void {
  mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 });
  writeFileSync(path, content, { mode: 0o600 });
}

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { generateKeyPairSync } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '../../../lab/pulumi/kubernetes/connection';
import { programPath } from '../../../lab/toolchain/toolchain';
import { freePort } from '../../support/ports';
import { makeAuthority } from './certificates';

/** A Kubernetes API without nodes: etcd, API server and controllers on free ports of the loopback. */
export interface ControlPlane {
  readonly directory: string;
  readonly kubeconfig: string;
  readonly api: Connection;
  stop(): Promise<void>;
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Compiled programs: of the toolchain's cache, or of `$CONFORMANCE_BIN`. */
function program(name: 'etcd' | 'kube'): string {
  const own = process.env['CONFORMANCE_BIN'];
  const path = own ? join(own, name) : programPath(name);
  if (!existsSync(path))
    throw new Error(`${path} is missing: run \`npm run up\` once, or set CONFORMANCE_BIN`);
  return path;
}

function stopped(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve();
      return;
    }
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), 5000).unref();
  });
}

export async function startControlPlane(): Promise<ControlPlane> {
  const directory = mkdtempSync(join(tmpdir(), 'conformance-'));
  const file = (name: string) => join(directory, name);
  const authority = await makeAuthority();
  const [server, admin] = [await authority.server(), await authority.admin()];
  const write = (name: string, text: string) => writeFileSync(file(name), text, { mode: 0o600 });
  write('ca.crt', authority.certificate);
  write('server.crt', server.certificate);
  write('server.key', server.key);
  const tokens = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  write('tokens.key', tokens.privateKey.export({ type: 'sec1', format: 'pem' }) as string);
  write('tokens.pub', tokens.publicKey.export({ type: 'spki', format: 'pem' }) as string);
  const [clientPort, peerPort, apiPort] = [await freePort(), await freePort(), await freePort()];
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const kubeconfig = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'conformance',
    contexts: [{ name: 'conformance', context: { cluster: 'conformance', user: 'admin' } }],
    clusters: [
      {
        name: 'conformance',
        cluster: {
          server: `https://127.0.0.1:${apiPort}`,
          'certificate-authority-data': base64(authority.certificate),
        },
      },
    ],
    users: [
      {
        name: 'admin',
        user: { 'client-certificate-data': base64(admin.certificate), 'client-key-data': base64(admin.key) },
      },
    ],
  });
  write('kubeconfig', kubeconfig);
  const children: ChildProcess[] = [];
  const run = (name: string, path: string, args: readonly string[]) => {
    const log = openSync(file(`${name}.log`), 'w');
    const child = spawn(path, args, { stdio: ['ignore', log, log] });
    children.push(child);
    return child;
  };
  const kube = (name: string): string => {
    if (!existsSync(file(name))) symlinkSync(program('kube'), file(name)); // multi-call by its own name
    return file(name);
  };
  const plane: ControlPlane = {
    directory,
    kubeconfig,
    api: new Connection({ kubeconfig }),
    async stop() {
      for (const child of children.reverse()) await stopped(child);
      rmSync(directory, { recursive: true, force: true });
    },
  };
  try {
    const url = `http://127.0.0.1:${clientPort}`;
    run('etcd', program('etcd'), [
      ...['--data-dir', file('etcd'), '--unsafe-no-fsync', '--log-level', 'error'],
      ...['--listen-client-urls', url, '--advertise-client-urls', url],
      ...['--listen-peer-urls', `http://127.0.0.1:${peerPort}`],
    ]);
    const api = run('apiserver', kube('kube-apiserver'), [
      ...[
        '--advertise-address=127.0.0.1',
        '--bind-address=127.0.0.1',
        `--secure-port=${apiPort}`,
        `--etcd-servers=${url}`,
      ],
      ...[`--tls-cert-file=${file('server.crt')}`, `--tls-private-key-file=${file('server.key')}`],
      ...[`--client-ca-file=${file('ca.crt')}`, '--authorization-mode=RBAC', '--shutdown-delay-duration=0s'],
      ...[
        `--service-account-key-file=${file('tokens.pub')}`,
        `--service-account-signing-key-file=${file('tokens.key')}`,
      ],
      ...['--service-account-issuer=https://conformance', '--service-cluster-ip-range=10.43.0.0/16'],
      '--endpoint-reconciler-type=none',
    ]);
    await ready(plane, api, file('apiserver.log'));
    run('kcm', kube('kube-controller-manager'), [
      ...[
        `--kubeconfig=${file('kubeconfig')}`,
        '--bind-address=127.0.0.1',
        `--secure-port=${await freePort()}`,
      ],
      ...[`--service-account-private-key-file=${file('tokens.key')}`, `--root-ca-file=${file('ca.crt')}`],
      ...['--kube-api-qps=200', '--kube-api-burst=400', '--leader-elect=false', '--namespace-sync-period=5s'],
    ]);
    return plane;
  } catch (error) {
    await plane.stop();
    throw error;
  }
}

async function ready(plane: ControlPlane, api: ChildProcess, log: string): Promise<void> {
  const until = Date.now() + 60_000;
  for (;;) {
    try {
      await plane.api.text({ method: 'GET', path: '/readyz', retries: 0, timeoutMs: 1000 });
      return;
    } catch (error) {
      if (api.exitCode !== null || Date.now() > until) {
        throw new Error(
          `the API server is not ready: ${String(error)}\n${readFileSync(log, 'utf8').slice(-2000)}`,
          { cause: error },
        );
      }
      await pause(100);
    }
  }
}

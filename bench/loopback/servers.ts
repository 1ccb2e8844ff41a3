import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { podinfoPorts, echoPorts } from '../../signals/targets';
import { hostOf, ports } from './probers';

/** Paths of the programs, as compiled. */
export interface Programs {
  readonly k6: string;
  readonly echo: string;
  readonly podinfo: string;
  readonly coredns: string;
  readonly prometheus: string;
  readonly cloudprober: string;
}

/** Port of Prometheus, and of cloudprober's page for it (its default). */
export const prometheusPort = 9090;
const cloudproberPort = 9313;

/** Names that are there, all at 127.0.0.1; any other does not exist. */
const names =
  '^(((source|target|echo|echo-[0-9]+|dns-headless)\\.continuous-load)|kubernetes\\.default)\\.svc\\.cluster\\.local\\.$';

/** CoreDNS as in a cluster that has these names, without a cluster. */
export const corefile = `.:53 {
  errors
  template IN A cluster.local {
    match ${names}
    answer "{{ .Name }} 5 IN A 127.0.0.1"
    fallthrough
  }
  template IN AAAA cluster.local {
    match ${names}
    rcode NOERROR
    authority "cluster.local. 5 IN SOA ns.dns.cluster.local. root.cluster.local. 1 60 60 60 5"
    fallthrough
  }
  template ANY ANY {
    rcode NXDOMAIN
    authority "{{ .Zone }} 5 IN SOA ns.dns.cluster.local. root.cluster.local. 1 60 60 60 5"
  }
}
`;

/** What a pod finds in /etc/resolv.conf. */
export const resolvConf =
  'nameserver 127.0.0.1\nsearch continuous-load.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5\n';

/** Prometheus that k6 pushes to and that fetches from cloudprober, as often as is sampled. */
export const prometheusConfig = `global: { scrape_interval: 5s }
otlp: { translation_strategy: UnderscoreEscapingWithSuffixes }
scrape_configs:
  - job_name: cloudprober
    static_configs: [{ targets: ['127.0.0.1:${cloudproberPort}'] }]
`;

/** A program that runs here until it is stopped; with this process it dies too. */
export class Running {
  private readonly child: ChildProcess;
  private readonly ended: Promise<void>;
  private said = '';

  /** @param name how it is called in errors */
  constructor(
    readonly name: string,
    program: string,
    args: readonly string[],
    env: NodeJS.ProcessEnv = {},
  ) {
    this.child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], ...env },
    });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.said = (this.said + text).slice(-2_000);
      });
    this.ended = new Promise((resolve) => {
      this.child.once('error', (error) => {
        this.said += error.message;
        resolve();
      });
      this.child.once('exit', () => resolve());
    });
  }

  /** Its process id; 0 when it could not be started. */
  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Throws with what it said when it has ended by itself. */
  mustRun(): void {
    const { pid, exitCode, signalCode } = this.child;
    if (pid === undefined || exitCode !== null || signalCode !== null)
      throw new Error(`${this.name} ended by itself (${exitCode ?? signalCode}): ${this.said}`);
  }

  /** Ends it, at last by force. */
  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    await Promise.race([this.ended, sleep(10_000, undefined, { ref: false })]);
    this.child.kill('SIGKILL');
    await this.ended;
  }
}

/** Starts all that the probers call and wait for, and returns when it answers. Throws when something does not come up. */
export async function startServers(
  programs: Programs,
  directory: string,
  apiStandIn: readonly string[],
): Promise<Running[]> {
  const podinfo = (name: string, port: number, grpcPort: number, flags: readonly string[]) =>
    new Running(name, programs.podinfo, [
      `--port=${port}`,
      '--port-metrics=0',
      `--grpc-port=${grpcPort}`,
      '--level=error',
      ...flags,
    ]);
  const servers = [
    new Running('coredns', programs.coredns, ['-conf', `${directory}/Corefile`]),
    podinfo('target', ports.target, podinfoPorts.grpc, []),
    podinfo('source', ports.source, 0, [
      `--backend-url=http://${hostOf('target')}:${ports.target}/api/echo`,
      '--http-client-timeout=1s',
    ]),
    new Running('echo', programs.echo, []),
    new Running('API stand-in', process.execPath, apiStandIn),
    new Running('prometheus', programs.prometheus, [
      `--config.file=${directory}/prometheus.yml`,
      `--storage.tsdb.path=${directory}/prometheus`,
      `--web.listen-address=127.0.0.1:${prometheusPort}`,
      '--web.enable-otlp-receiver',
      '--log.level=error',
    ]),
  ];
  for (const url of [
    `http://127.0.0.1:${ports.target}/readyz`,
    `http://127.0.0.1:${ports.source}/readyz`,
    `http://127.0.0.1:${echoPorts.http}/readyz`,
    `http://127.0.0.1:${prometheusPort}/-/ready`,
  ])
    await answers(url, servers);
  return servers;
}

async function answers(url: string, servers: readonly Running[]): Promise<void> {
  const endMs = Date.now() + 120_000;
  while (Date.now() < endMs) {
    for (const server of servers) server.mustRun();
    const answer = await fetch(url).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return;
    await sleep(200);
  }
  throw new Error(`${url} does not answer`);
}

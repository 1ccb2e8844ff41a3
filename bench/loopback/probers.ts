import { defaultModel, pathSettings } from '../../signals/model';
import { injectorConfig, type InjectorConfig } from '../../signals/injector';
import { pathNames, pathRow } from '../../signals/paths';
import { echoPorts, type InjectorTargets, injectorTargets } from '../../signals/targets';

/** Ports of the servers on the one loopback; a Service has its own address instead. */
export const ports = { source: 9898, target: 9899, grpc: 9999, api: 6443 } as const;

/** Namespace by which the servers' names are made, as in a stack. */
const namespace = 'continuous-load';

/** Full name of a server, as the cluster DNS would have it. */
export function hostOf(server: string, within = namespace): string {
  return `${server}.${within}.svc.cluster.local.`;
}

/** The stack's targets, at the ports of the loopback. There is no gateway: target stands where it would. */
export function loopbackTargets(): InjectorTargets {
  const target = `${hostOf('target')}:${ports.target}`;
  const api = `https://${hostOf('kubernetes', 'default')}:${ports.api}`;
  const named = injectorTargets(namespace, { inside: target, outside: target });
  return {
    ...named,
    source: `http://${hostOf('source')}:${ports.source}/api/echo`,
    sourceIngress: `http://${hostOf('source')}:${ports.source}/api/echo`,
    target: `http://${target}/api/echo`,
    targetGrpc: `${hostOf('target')}:${ports.grpc}`,
    apiReadyz: `${api}/readyz`,
    apiList: `${api}/api/v1/namespaces/${namespace}/services?limit=1`,
  };
}

/**
 * VUs that k6 needs for a rate when an answer takes 50 ms, which on a loopback is long; 2 at least. As many as the stack's timeout asks
 * for would need more memory than an injector has, and its collector of garbage would be measured.
 */
function virtualUsers(ratePerSecond: number): number {
  return Math.max(2, Math.ceil(ratePerSecond / 20));
}

/** Every path of the table, gateway paths included, at its default rate times a factor that makes `ratePerSecond` probes in all. */
export function allPaths(ratePerSecond: number): InjectorConfig {
  const usual = pathNames.reduce((sum, name) => sum + pathRow(name).defaults.ratePerSecond, 0);
  const factor = ratePerSecond / usual;
  const paths = pathNames.map((name) =>
    pathSettings(name, { ratePerSecond: pathRow(name).defaults.ratePerSecond * factor }),
  );
  return withFewUsers(injectorConfig(defaultModel({ injectors: 1, paths }), loopbackTargets()));
}

/** The probes that a stock cloudprober has too, by the names of our own. */
export const sharedProbes = [
  'service-kept',
  'service-fresh',
  'dns-name',
  'dns-tcp',
  'tcp-fresh',
  'udp-kept',
] as const;

/** {@link sharedProbes} alone, each at `ratePerSecond`. The HTTP ones go straight to target, as cloudprober's do. */
export function sharedPaths(ratePerSecond: number): InjectorConfig {
  const targets = loopbackTargets();
  const paths = (['service', 'dns', 'tcp', 'udp'] as const).map((name) => pathSettings(name));
  const config = injectorConfig(defaultModel({ injectors: 1, paths }), {
    ...targets,
    source: targets.target,
  });
  return withFewUsers({
    ...config,
    paths: config.paths.map((path) => ({
      ...path,
      probes: path.probes
        .filter(({ name }) => sharedProbes.some((shared) => shared === name))
        .map((probe) => ({ ...probe, nextHop: '', periodUs: Math.round(1_000_000 / ratePerSecond) })),
    })),
  });
}

function withFewUsers(config: InjectorConfig): InjectorConfig {
  return {
    ...config,
    paths: config.paths.map((path) => ({
      ...path,
      probes: path.probes.map((probe) => ({
        ...probe,
        vus: probe.stream ? 1 : virtualUsers(1_000_000 / probe.periodUs),
      })),
    })),
  };
}

/**
 * Rounds of a cloudprober probe begin this far apart (its default). The timeout is that of a whole round, in which its requests are
 * spread; both together must fit between two rounds.
 */
const roundMs = 2_000;
const spreadMs = 800;
const timeoutMs = 1_150;
/** Its UDP probe alone may wait for longer than a round, and must be able to wait twice before it counts. */
const udpTimeoutMs = 1_000;
/** It counts every 10 s by itself, we push every 2 s: with unlike steps the two could not be compared. */
const exportMs = 2_000;
/** Its TCP probe makes one connection per target and round, so it gets several names for the one server, and shorter rounds. */
const tcpNames = 10;

/**
 * Config of a stock cloudprober that sends {@link sharedProbes}, each at `ratePerSecond`, and keeps them for Prometheus to fetch; no
 * other output. Its TCP probe only connects, where ours waits for an echo too, and its UDP probe never looks a name up again.
 */
export function cloudproberConfig(ratePerSecond: number): string {
  const requests = Math.round((ratePerSecond * roundMs) / 1000);
  const spread = `requests_per_probe: ${requests} requests_interval_msec: ${Math.floor(spreadMs / requests)}`;
  const tcpRoundMs = Math.round((tcpNames * 1000) / ratePerSecond);
  const http = (keepAlive: boolean) =>
    `http_probe { method: POST port: ${ports.target} relative_url: "/api/echo" body: "beside" keep_alive: ${keepAlive} ${spread} }
  validator { name: "body" regex: "beside" }`;
  const dns = (protocol: string) =>
    `dns_probe { resolved_domain: "${hostOf('target')}" query_type: A min_answers: 1 dns_proto: ${protocol} ${spread} }`;
  const names = Array.from({ length: tcpNames }, (_, i) => hostOf(`echo-${i}`)).join(',');
  return [
    probe('service-kept', 'HTTP', hostOf('target'), roundMs, http(true)),
    probe('service-fresh', 'HTTP', hostOf('target'), roundMs, http(false)),
    probe('dns-name', 'DNS', '127.0.0.1', roundMs, dns('UDP')),
    probe('dns-tcp', 'DNS', '127.0.0.1', roundMs, dns('TCP')),
    probe(
      'tcp-fresh',
      'TCP',
      names,
      tcpRoundMs,
      `tcp_probe { port: ${echoPorts.tcp} interval_between_targets_msec: 1 }`,
    ),
    probe(
      'udp-kept',
      'UDP',
      hostOf('echo'),
      Math.round(1000 / ratePerSecond),
      `udp_probe { port: ${echoPorts.udp} num_tx_ports: 1 max_targets: 1 }`,
    ),
    'surfacer { type: PROMETHEUS }',
    '',
  ].join('\n');
}

function probe(name: string, type: string, hosts: string, everyMs: number, rest: string): string {
  return `probe {
  name: "${name}"
  type: ${type}
  interval_msec: ${everyMs}
  timeout_msec: ${type === 'UDP' ? udpTimeoutMs : Math.min(timeoutMs, everyMs)}
  stats_export_interval_msec: ${exportMs}
  targets { host_names: "${hosts}" }
  ${rest}
}`;
}

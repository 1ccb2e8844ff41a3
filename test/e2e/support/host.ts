import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { startTicks } from '../../../lab/cluster/machine';
import { labPaths } from '../../../lab/cluster/spec';

/** What a lab may not change on the host, and what it may not leave behind; plain text, for comparing. */
export interface HostSnapshot {
  readonly addresses: string;
  readonly routes: string;
  readonly rules: string;
  readonly firewall: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly mounts: readonly string[];
  readonly cgroups: readonly string[];
  /** Namespaces of processes, without those of labs that others may run. */
  readonly listeners: readonly string[];
}

/** Below /proc/sys: all that a kubelet, kube-proxy or CNI plugin is known to write. */
const settings = [
  ...['net/ipv4', 'net/ipv6/conf', 'net/bridge', 'net/netfilter', 'kernel/keys'],
  ...['vm/overcommit_memory', 'vm/panic_on_oom', 'kernel/panic', 'kernel/panic_on_oops', 'fs/inotify'],
];
/** Counters and gauges of the kernel itself, not settings. */
const moving =
  /nf_conntrack_count|fib_multipath_hash|\/flush$|route\/flush|tcp_fastopen_key|stable_secret|\/random\//;

/** Looks at the host. */
export function hostSnapshot(): HostSnapshot {
  return {
    addresses: stable(output('ip', ['-oneline', 'address', 'show'])),
    routes: output('ip', ['route', 'show', 'table', 'all']),
    rules: output('ip', ['rule', 'show']),
    firewall: firewall(),
    settings: Object.fromEntries(settings.flatMap((place) => readSettings(join('/proc/sys', place)))),
    mounts: readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .map((line) => line.split(' ')[4] ?? '')
      .filter((mountPoint) => mountPoint !== '')
      .sort(),
    cgroups: cgroupDirectories(),
    listeners: listeners(),
  };
}

/** Sockets of the host that listen on TCP, as `address:port`; 127.0.0.1 in hexadecimal is turned back. */
export function listeners(): string[] {
  const open: string[] = [];
  for (const file of ['/proc/net/tcp', '/proc/net/tcp6']) {
    if (!existsSync(file)) continue;
    for (const line of readFileSync(file, 'utf8').trim().split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/);
      if (fields[3] === '0A') open.push(readable(fields[1] ?? ''));
    }
  }
  return [...new Set(open)].sort();
}

/** `0100007F:4C4A` → `127.0.0.1:19530` (little-endian words, proc_pid_net_tcp(5)). */
function readable(address: string): string {
  const [host = '', port = ''] = address.split(':');
  const bytes = (host.match(/.{8}/g) ?? []).flatMap((word) =>
    (word.match(/../g) ?? []).reverse().map((byte) => parseInt(byte, 16)),
  );
  const text =
    bytes.length === 4
      ? bytes.join('.')
      : bytes.every((byte) => byte === 0)
        ? '[::]'
        : `[${Buffer.from(bytes).toString('hex')}]`;
  return `${text}:${parseInt(port, 16)}`;
}

/** Ids of processes that run in a cgroup of a lab or of one machine of it, read from the processes themselves. */
export function processesInLab(lab: string, machine = ''): number[] {
  return (
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      // what is dead and waits to be reaped takes part in nothing any more
      .filter((pid) => startTicks(pid) !== undefined)
      .filter((pid) =>
        readText(`/proc/${pid}/cgroup`).includes(`/continuous-load/${labPaths(lab).cgroup}/${machine}`),
      )
  );
}

/** Network namespaces in which processes of a lab live. */
export function networkNamespaces(pids: readonly number[]): string[] {
  const found = pids.flatMap((pid) => {
    try {
      return [readlinkSync(`/proc/${pid}/ns/net`)];
    } catch {
      return [];
    }
  });
  return [...new Set(found)].sort();
}

/** True when any process still lives in one of the namespaces, or one is bound to a file. */
export function namespacesInUse(namespaces: readonly string[]): string[] {
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  const alive = new Set(networkNamespaces(pids));
  const bound = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[3] ?? '');
  return namespaces.filter((namespace) => alive.has(namespace) || bound.includes(namespace));
}

function firewall(): string {
  const programs: readonly (readonly [string, string[]])[] = [
    ['iptables-save', []],
    ['ip6tables-save', []],
    ['nft', ['list', 'ruleset']],
  ];
  return programs
    .map(([program, words]) =>
      onPath(program) ? `${program}:\n${withoutCounters(output(program, words))}` : `${program}: not there`,
    )
    .join('\n');
}

function onPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(':').some((directory) => existsSync(join(directory, program)));
}

function withoutCounters(text: string): string {
  return text.replace(/\[\d+:\d+\]|^#.*$/gm, '');
}

/** Lifetimes count down. */
function stable(text: string): string {
  return text.replace(/(valid_lft|preferred_lft) \d+sec/g, '$1 N');
}

function output(program: string, words: readonly string[]): string {
  return execFileSync(program, words, { encoding: 'utf8' });
}

function readSettings(place: string): [string, string][] {
  if (!existsSync(place) || moving.test(place)) return [];
  if (statSync(place).isDirectory())
    return readdirSync(place)
      .sort()
      .flatMap((name) => readSettings(join(place, name)));
  return [[place, readText(place).trim()]];
}

function cgroupDirectories(): string[] {
  const top = '/sys/fs/cgroup';
  return readdirSync(top).flatMap((hierarchy) => {
    const place = join(top, hierarchy, 'continuous-load');
    return existsSync(place)
      ? readdirSync(place, { withFileTypes: true })
          .filter((e) => e.isDirectory())
          .map((e) => join(place, e.name))
      : [];
  });
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

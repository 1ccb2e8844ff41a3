import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { PortHolder } from './facts';

/** A socket that listens, as /proc/net/tcp has it. */
export interface Listener {
  readonly port: number;
  /** Which sockets of a process it is, by /proc/PID/fd. */
  readonly inode: string;
}

const listening = '0A';

/** Parses /proc/net/tcp or /proc/net/tcp6 (kernel documentation, networking/proc_net_tcp): listeners that would hinder one on 127.0.0.1. */
export function parseListeners(table: string): Listener[] {
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === listening && reachesLoopback((fields[1] ?? '').split(':')[0] ?? ''))
    .map((fields) => ({ port: parseInt((fields[1] ?? '').split(':')[1] ?? '', 16), inode: fields[9] ?? '' }));
}

/** 127.0.0.1, any IPv4, any IPv6 (which takes IPv4 along), or 127.0.0.1 mapped into IPv6; words are in host order, little-endian. */
function reachesLoopback(address: string): boolean {
  return [
    '0100007F',
    '00000000',
    '0'.repeat(32),
    '0000000000000000FFFF00000100007F',
    '0000000000000000FFFF000000000000',
  ].includes(address);
}

/** Who listens on which port, of the ports asked for. Reads every process's descriptors once, and only when a port is taken. */
export function findHolders(ports: readonly number[]): Map<number, PortHolder> {
  const taken = ['/proc/net/tcp', '/proc/net/tcp6']
    .flatMap((file) => parseListeners(read(file)))
    .filter(({ port }) => ports.includes(port));
  const owners = taken.length === 0 ? new Map<string, number>() : socketOwners();
  return new Map(
    taken.map(({ port, inode }) => {
      const pid = owners.get(inode);
      return [port, { pid, command: pid === undefined ? undefined : commandLine(pid) }];
    }),
  );
}

/** Socket inode → process, for all processes that we may look into. */
function socketOwners(): Map<string, number> {
  const owners = new Map<string, number>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    for (const descriptor of list(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(link(`/proc/${pid}/fd/${descriptor}`))?.[1];
      if (inode !== undefined) owners.set(inode, Number(pid));
    }
  }
  return owners;
}

function commandLine(pid: number): string | undefined {
  const words = read(`/proc/${pid}/cmdline`).split('\0').join(' ').trim();
  return words === '' ? undefined : words;
}

// Processes come and go while we look; what is gone holds nothing.
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function list(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function link(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return '';
  }
}

import { accessSync, constants, existsSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { findLeftovers, readLab } from '../../lab/cluster/lab';
import { cacheDirectory, stateDirectory } from '../../lab/directories';
import { debianRoot } from '../../lab/toolchain/debian';
import { freeBytes } from '../../lab/toolchain/disk';
import { findGo } from '../../lab/toolchain/go';
import { families, familyOf, type ProgramName } from '../../lab/toolchain/programs';
import { programPath } from '../../lab/toolchain/toolchain';
import { ToolchainError } from '../../lab/toolchain/toolchain-error';
import { compileBytes, labBytes, runningBytes, unpackBytes } from './disk-needs';
import type { DiskSpace, MachineFacts, Purpose, WantedPort } from './facts';
import { kernelTroubles, missingControllers } from './kernel';
import { findHolders } from './ports';

/** What a preflight is about. */
export interface PreflightRequest {
  readonly purpose: Purpose;
  readonly stack: string;
  readonly configFile: string;
  /** Name of the lab, and of the one that the stack has now if that differs: their own ports are not in the way. */
  readonly labNames: readonly string[];
  readonly nodes: number;
  readonly ports: readonly WantedPort[];
  /** Programs that the command will use. */
  readonly programs: readonly ProgramName[];
}

const tools: readonly (readonly [name: string, debianPackage: string])[] = [
  ['sh', 'dash'],
  ['mount', 'mount'],
  ['umount', 'mount'],
  ['unshare', 'util-linux'],
  ['nsenter', 'util-linux'],
  ['setpriv', 'util-linux'],
  ['ip', 'iproute2'],
];

/** Used only while Debian's packages are not unpacked yet. */
const unpackingTools: readonly (readonly [name: string, debianPackage: string])[] = [
  ['apt-get', 'apt'],
  ['apt-cache', 'apt'],
  ['dpkg-deb', 'dpkg'],
];

/** Looks at the machine. Changes nothing: what it tries, it tries in throwaway namespaces. */
export async function readMachine(request: PreflightRequest): Promise<MachineFacts> {
  const uid = process.geteuid?.() ?? -1;
  const linux = process.platform === 'linux';
  const tryLab = linux && request.purpose === 'up';
  const missing = request.programs.filter((name) => !existsSync(programPath(name)));
  const unpacked = existsSync(debianRoot());
  const lab = linux ? await firstLab(request.labNames) : undefined;
  return {
    purpose: request.purpose,
    stack: request.stack,
    configFile: request.configFile,
    platform: process.platform,
    arch: process.arch,
    uid,
    nodeVersion: process.versions.node,
    distribution: readDistribution(),
    missingTools: tryLab
      ? [...tools, ...(unpacked ? [] : unpackingTools)].filter(([name]) => !onPath(name)).map(asTool)
      : [],
    go: missing.length === 0 ? undefined : await goTrouble(missing),
    kernel: tryLab && uid === 0 && onPath('unshare') ? await kernelTroubles() : {},
    missingControllers: tryLab ? missingControllers() : [],
    stateFileSystem: tryLab ? unfitFileSystem(stateDirectory()) : undefined,
    disks: linux ? diskSpaces(request, missing, unpacked, lab !== undefined) : [],
    takenPorts: tryLab ? takenPorts(request) : [],
    leftovers: tryLab && lab === undefined ? await findLeftovers(request.labNames[0] ?? request.stack) : [],
  };
}

async function firstLab(names: readonly string[]) {
  for (const name of names) {
    const lab = await readLab(name);
    if (lab) return lab;
  }
  return undefined;
}

function asTool([name, debianPackage]: readonly [string, string]): MachineFacts['missingTools'][number] {
  return { name, package: debianPackage };
}

function onPath(name: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** ID and ID_LIKE of os-release(5). */
export function parseDistribution(text: string): MachineFacts['distribution'] {
  const value = (key: string): string => new RegExp(`^${key}="?([^"\n]*)`, 'm').exec(text)?.[1] ?? '';
  const ids = `${value('ID')} ${value('ID_LIKE')}`.split(' ').filter((id) => id !== '');
  return { ids, name: value('PRETTY_NAME') };
}

function readDistribution(): MachineFacts['distribution'] {
  return parseDistribution(existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '');
}

async function goTrouble(missing: readonly ProgramName[]): Promise<string | undefined> {
  const modules = missing.map((name) =>
    join(__dirname, '../../lab/toolchain', families[familyOf(name)].directory),
  );
  // Go is started through setpriv, and where that is missing the error would tell of it and not of Go.
  if (!onPath('go'))
    return 'Go is not on PATH, and the lab compiles its programs: install it from https://go.dev/dl/ and add its bin directory to PATH.';
  if (!onPath('setpriv')) return undefined;
  try {
    await findGo([...new Set(modules)]);
    return undefined;
  } catch (error) {
    if (error instanceof ToolchainError) return error.message;
    throw error;
  }
}

/** Magic numbers of statfs(2) of file systems that an overlay cannot have its upper layer on. */
const unfit: Readonly<Record<number, string>> = {
  0x794c7630: 'an overlay file system (a container image?)',
  0x6969: 'NFS',
  0xff534d42: 'CIFS',
};

function unfitFileSystem(directory: string): string | undefined {
  return unfit[statfsSync(existing(directory)).type];
}

function existing(directory: string): string {
  return existsSync(directory) ? directory : existing(dirname(directory));
}

/** Space for what is missing in the cache and for the lab; added up where both lie on one disk. */
function diskSpaces(
  { purpose, nodes }: PreflightRequest,
  missing: readonly ProgramName[],
  unpacked: boolean,
  labExists: boolean,
): DiskSpace[] {
  const cache = cacheDirectory();
  const state = stateDirectory();
  const cacheBytes = compileBytes(missing) + (unpacked || purpose === 'preview' ? 0 : unpackBytes);
  const stateBytes = purpose === 'preview' ? 0 : labExists ? runningBytes : labBytes(nodes);
  const cacheSpace = {
    purpose: 'compiled programs',
    directory: cache,
    freeBytes: freeBytes(cache),
    variable: 'XDG_CACHE_HOME',
  };
  const stateSpace = {
    purpose: 'the lab',
    directory: state,
    freeBytes: freeBytes(state),
    variable: 'XDG_STATE_HOME',
  };
  if (statSync(existing(cache)).dev !== statSync(existing(state)).dev) {
    return [
      { ...cacheSpace, neededBytes: cacheBytes },
      { ...stateSpace, neededBytes: stateBytes },
    ];
  }
  const both = cacheBytes > 0 ? { ...cacheSpace, purpose: 'compiled programs and the lab' } : stateSpace;
  return [{ ...both, neededBytes: cacheBytes + stateBytes }];
}

function takenPorts({ ports, labNames }: PreflightRequest): MachineFacts['takenPorts'] {
  const holders = findHolders(ports.map(({ port }) => port));
  return ports.flatMap((wanted) => {
    const holder = holders.get(wanted.port);
    const own = labNames.some((name) => holder?.command?.includes(join(stateDirectory(), 'labs', name, '/')));
    return holder === undefined || own ? [] : [{ ...wanted, holder }];
  });
}

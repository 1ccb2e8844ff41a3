import { basename } from 'node:path';
import { compareVersions } from '../../lab/toolchain/versions';
import type { DiskSpace, KernelFeature, MachineFacts } from './facts';

/** The oldest Node that the SDK and the commands run on (the npm package `node` brings a newer one). */
export const oldestNode = '22.18.0';

const gibibyte = 1024 ** 3;

/** Everything that keeps a lab from running on this machine, each a clear sentence with the way out; empty when nothing does. */
export function findProblems(facts: MachineFacts): string[] {
  if (facts.platform !== 'linux') {
    return [
      `The lab runs on Linux only, this is ${facts.platform}. Use a Linux machine or VM, or a stack of another kind of cluster.`,
    ];
  }
  const everywhere = [
    ...architecture(facts),
    ...node(facts),
    ...(facts.go === undefined ? [] : [facts.go]),
    ...disks(facts.disks),
  ];
  if (facts.purpose === 'preview') return everywhere;
  return [
    ...root(facts),
    ...distribution(facts),
    ...everywhere,
    ...tools(facts),
    ...kernel(facts),
    ...controllers(facts),
    ...stateFileSystem(facts),
    ...ports(facts),
    ...leftovers(facts),
  ];
}

/** All problems as one message. */
export function describeProblems(problems: readonly string[]): string {
  const head =
    problems.length === 1
      ? 'This machine cannot run the lab yet'
      : `This machine cannot run the lab yet, for ${problems.length} reasons`;
  return [
    `${head}; nothing was changed:`,
    ...problems.map((problem) => `  ✖ ${problem.replaceAll('\n', '\n    ')}`),
  ].join('\n');
}

function root({ uid }: MachineFacts): string[] {
  if (uid === 0) return [];
  return [
    `You are not root (user id ${uid}), and a lab makes namespaces, mounts and cgroups. Become root with \`sudo -i\` and run the command there.`,
  ];
}

function architecture({ arch }: MachineFacts): string[] {
  return arch === 'x64'
    ? []
    : [`The lab is made for x86-64 processors, this is ${arch}. Use an x86-64 machine.`];
}

function node({ nodeVersion }: MachineFacts): string[] {
  if (compareVersions(nodeVersion, oldestNode) >= 0) return [];
  return [
    `Node ${nodeVersion} is too old: ${oldestNode} or newer is needed. Run \`npm ci\`, which brings one, and start commands with \`npm run\`.`,
  ];
}

function distribution({ distribution: { ids, name } }: MachineFacts): string[] {
  if (ids.includes('debian')) return [];
  return [
    `This is ${name || 'an unknown distribution'}, and the lab unpacks Debian packages (containerd, runc, …). Use Debian, Ubuntu or another of their family.`,
  ];
}

function tools({ missingTools }: MachineFacts): string[] {
  if (missingTools.length === 0) return [];
  const packages = [...new Set(missingTools.map((tool) => tool.package))].join(' ');
  return [
    `Not on PATH: ${missingTools.map(({ name }) => name).join(', ')}. Install with \`apt-get install ${packages}\`.`,
  ];
}

const featureHelp: Readonly<Record<KernelFeature, string>> = {
  namespaces: 'make namespaces (in a container, run it privileged, with all capabilities)',
  bridge: 'make a bridge (`modprobe bridge`; CONFIG_BRIDGE)',
  veth: 'make a veth pair (`modprobe veth`; CONFIG_VETH)',
  overlay: 'mount an overlay (`modprobe overlay`; CONFIG_OVERLAY_FS)',
  nat: 'translate addresses (`modprobe nft_compat nft_nat`; CONFIG_NF_TABLES, CONFIG_NFT_COMPAT, CONFIG_NFT_NAT, CONFIG_NF_NAT)',
};

function kernel(facts: MachineFacts): string[] {
  return Object.entries(facts.kernel).map(
    ([feature, said]) =>
      `The kernel does not let us ${featureHelp[feature as KernelFeature]}; it said: ${said || 'nothing'}`,
  );
}

function controllers({ missingControllers }: MachineFacts): string[] {
  if (missingControllers.length === 0) return [];
  return [
    `No cgroup hierarchy under /sys/fs/cgroup has ${missingControllers.join(', ')}. ` +
      'With systemd they are there; without, mount them (`mount -t cgroup2 none /sys/fs/cgroup`), or boot the kernel with cgroup_enable=memory.',
  ];
}

function stateFileSystem({ stateFileSystem: type }: MachineFacts): string[] {
  if (type === undefined) return [];
  return [
    `The state directory lies on ${type}, which cannot hold containers. Set XDG_STATE_HOME to a directory on a disk of its own.`,
  ];
}

function disks(spaces: readonly DiskSpace[]): string[] {
  return spaces
    .filter(({ freeBytes, neededBytes }) => freeBytes < neededBytes)
    .map(
      ({ directory, freeBytes, neededBytes, purpose, variable }) =>
        `The disk is nearly full: ${gib(freeBytes)} are free where ${directory} lies, ${gib(neededBytes)} are needed for ${purpose}. ` +
        `Free some space, or set ${variable} to a directory on a larger disk.`,
    );
}

function gib(bytes: number): string {
  return `${(bytes / gibibyte).toFixed(1)} GiB`;
}

function ports({ takenPorts, configFile }: MachineFacts): string[] {
  return takenPorts.map(({ key, port, holder: { pid, command } }) => {
    const who = pid === undefined ? 'a process of another user' : describeHolder(pid, command);
    return `Port ${port} of 127.0.0.1 is taken by ${who}. End it, or set another with continuous-load:${key} in ${basename(configFile)} (\`--set ${key}=${port + 100}\` for one run).`;
  });
}

/** A lab's own relay is named by its lab; anything else by its command line. */
function describeHolder(pid: number, command = ''): string {
  const lab = /\/labs\/([a-z0-9-]+)\//.exec(command)?.[1];
  if (lab !== undefined) return `lab ${lab} (process ${pid})`;
  // Cut only here: whose port it is may be said at the end of a long command.
  const shown = command.length > 120 ? `${command.slice(0, 119)}…` : command;
  return shown === '' ? `process ${pid}` : `process ${pid} (${shown})`;
}

function leftovers({ leftovers: left, stack }: MachineFacts): string[] {
  const most = 8;
  if (left.length === 0) return [];
  const shown = left.slice(0, most).concat(left.length > most ? [`and ${left.length - most} more`] : []);
  return [
    `An old lab left something behind. Remove it with \`npm run down ${stack}\`:\n${shown.map((item) => `  ${item}`).join('\n')}`,
  ];
}

import { existsSync, mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { command } from '../command';
import { type LabAddresses, type LabPaths, mostNodes } from './spec';

/** Type number of nsfs in statfs(2): a file of this type is bound to a live namespace. */
const nsfsMagic = 0x6e736673;

/** True when a namespace is bound to the file. */
export function hasNamespace(file: string): boolean {
  return existsSync(file) && statfsSync(file).type === nsfsMagic;
}

/** Binds a new network namespace to a file of the lab: nothing is added to /run/netns, so nothing stays there. */
async function addNamespace(file: string): Promise<void> {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  if (!existsSync(file)) writeFileSync(file, '');
  await command('unshare', [`--net=${file}`, 'true']);
}

/** Unbinds a network namespace; with its last process gone, the kernel removes its links, routes and rules. */
export async function removeNamespace(file: string): Promise<void> {
  while (hasNamespace(file)) await command('umount', [file]);
  rmSync(file, { force: true });
}

/** Runs `ip` commands inside a namespace, one a line. */
async function ip(file: string, commands: readonly string[]): Promise<void> {
  await command('nsenter', [`--net=${file}`, 'ip', '-batch', '-'], { input: commands.join('\n') + '\n' });
}

/** `ip` commands that make the control plane's side: a bridge that is the lab's switch, and a route to the pods of each node. */
export function controlPlaneCommands(addresses: LabAddresses): string[] {
  return [
    'link set lo up',
    // without an address of its own a bridge takes the lowest of its ports', which changes as nodes come and go, and
    // the others go on sending to the old one until their neighbour entries run out (half a minute, seen)
    `link add br0 address ${hardwareAddress(addresses.controlPlane)} type bridge forward_delay 0`,
    `addr add ${addresses.controlPlane}/24 dev br0`,
    'link set br0 up',
    ...nodesOf(addresses).map((node) => `route add ${node.podCidr} via ${node.address}`),
  ];
}

/** A locally administered unicast hardware address (IEEE 802: second bit of the first octet) made from an IPv4 address. */
function hardwareAddress(address: string): string {
  const octets = address.split('.').map((octet) => Number(octet).toString(16).padStart(2, '0'));
  return ['02', '00', ...octets].join(':');
}

/** `ip` commands that join a node to the bridge; run inside the node's namespace once the link pair is there. */
export function nodeCommands(addresses: LabAddresses, index: number): string[] {
  const self = addresses.node(index);
  return [
    'link set lo up',
    `addr add ${self.address}/24 dev eth0`,
    'link set eth0 up',
    ...nodesOf(addresses)
      .filter((node) => node.name !== self.name)
      .map((node) => `route add ${node.podCidr} via ${node.address}`),
    // a Service without endpoints must be refused by kube-proxy's rule, which a packet meets only when it has a route
    `route add ${addresses.serviceCidr} dev eth0`,
    // no way out
    'route add blackhole default metric 4000',
  ];
}

const nodesOf = (addresses: LabAddresses) =>
  Array.from({ length: mostNodes }, (_, i) => addresses.node(i + 1));

/** Makes the control plane's network unless it is there. */
export async function ensureControlPlaneNetwork(paths: LabPaths, addresses: LabAddresses): Promise<void> {
  const file = paths.namespace('cp');
  if (hasNamespace(file)) return;
  await addNamespace(file);
  await ip(file, controlPlaneCommands(addresses));
}

/** Makes a node's network anew, like a reboot: what an earlier run left in it (bridge, rules, connection tracking) is gone. */
export async function renewNodeNetwork(
  paths: LabPaths,
  addresses: LabAddresses,
  index: number,
): Promise<void> {
  const { name } = addresses.node(index);
  const [own, bridge] = [paths.namespace(name), paths.namespace('cp')];
  await removeNamespace(own);
  await addNamespace(own);
  // the peer of a namespace that is still dying may linger for a moment
  await command('nsenter', [`--net=${bridge}`, 'ip', 'link', 'del', name]).catch(() => undefined);
  await ip(bridge, [
    `link add ${name} type veth peer name eth0 netns ${own}`,
    `link set ${name} master br0 up`,
  ]);
  await ip(own, nodeCommands(addresses, index));
  const settings = [
    'echo 1 >/proc/sys/net/ipv4/ip_forward',
    'for f in all default; do echo 0 >/proc/sys/net/ipv4/conf/$f/rp_filter; done',
    // the kernel answers one refused packet a second and client (icmp(7)); the others would time out, and hide the reason
    'echo 0 >/proc/sys/net/ipv4/icmp_ratelimit',
  ].join('; ');
  await command('nsenter', [`--net=${own}`, 'sh', '-c', settings]);
}

/** Cuts a node off its bridge, or joins it again: a partition. */
export async function setNodeLink(paths: LabPaths, node: string, up: boolean): Promise<void> {
  await ip(paths.namespace('cp'), [`link set ${node} ${up ? 'up' : 'down'}`]);
}

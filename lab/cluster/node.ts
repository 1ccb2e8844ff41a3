import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { cacheDirectory } from '../directories';
import { imageArchive, imageReferences, imagesWith } from '../images/images';
import { debianRoot } from '../toolchain/debian';
import { programPath } from '../toolchain/toolchain';
import {
  hierarchies,
  type Hierarchy,
  hierarchyNames,
  isUnified,
  machineProcs,
  systemCgroup,
} from './cgroups';
import {
  cniConfig,
  containerdConfig,
  kubeletConfig,
  kubeProxyConfig,
  nodeDirectories,
  volumesPath,
} from './node-config';
import { inside } from './machine';
import { openFiles, type Plan, type Service, type Step } from './plan';
import { writePrivate } from './pki';
import type { LabAddresses, LabPaths, LabSpec } from './spec';

/** Machine-wide settings that kubelet wants to write: it is shown the values it wants, and the machine's stay as they are. */
const shownSettings: Readonly<Record<string, string>> = {
  'vm/overcommit_memory': '1',
  'vm/panic_on_oom': '0',
  'kernel/panic': '10',
  'kernel/panic_on_oops': '1',
  'kernel/keys/root_maxkeys': '1000000',
  'kernel/keys/root_maxbytes': '25000000',
};

/** How many local volumes node 1 offers at a time; one whose claim was deleted is emptied and offered again. */
export const localVolumes = 12;

/** Makes a node's directories and configuration files. */
export function writeNodeFiles(spec: LabSpec, paths: LabPaths, addresses: LabAddresses, index: number): void {
  const { name, podCidr } = addresses.node(index);
  const directories = nodeDirectories(paths, name);
  for (const directory of [
    'containerd',
    'kubelet',
    'log',
    'imported',
    'upper',
    'work',
    'base',
    'base-upper',
    'base-work',
    'root',
  ])
    mkdirSync(join(directories.root, directory), { recursive: true, mode: 0o700 });
  for (let i = 1; i <= localVolumes; i++)
    mkdirSync(join(directories.volumes, `volume-${i}`), { recursive: true, mode: 0o755 });
  writePrivate(
    join(directories.etc, 'containerd.toml'),
    containerdConfig(directories, imageReferences().pause),
  );
  writePrivate(join(directories.etc, 'cni', '10-lab.conflist'), cniConfig(podCidr));
  writePrivate(join(directories.etc, 'kubelet.yaml'), kubeletConfig(spec, paths, addresses, index));
  writePrivate(join(directories.etc, 'kube-proxy.yaml'), kubeProxyConfig(paths, addresses, index));
}

/** What a node has that a plain one has not. */
export type NodeOptions = Pick<LabSpec, 'optionalImages' | 'networkPolicies'>;

/** Plan of a node: its own root over the host's, its own cgroups, containerd, kubelet and kube-proxy. */
export function nodePlan(
  paths: LabPaths,
  addresses: LabAddresses,
  index: number,
  found = hierarchies(),
  { optionalImages = [], networkPolicies = false }: NodeOptions = {},
): Plan {
  const { name } = addresses.node(index);
  return {
    hostname: name,
    networkNamespace: paths.namespace(name),
    cgroupProcs: machineProcs(paths.cgroup, name, found),
    cgroupNamespace: true,
    listeners: [],
    openFiles,
    log: join(paths.machine(name).log, 'init.log'),
    root: nodeRoot(paths, name, found),
    services: [
      ...nodeServices(paths, addresses, index, optionalImages),
      ...(networkPolicies ? [policyEnforcer(paths, name)] : []),
    ],
  };
}

/** Steps that build a node's root. */
export function nodeRoot(paths: LabPaths, node: string, found: readonly Hierarchy[]): Step[] {
  const own = nodeDirectories(paths, node).root;
  const at = (directory: string) => join(own, directory);
  const root = at('root');
  const on = (path: string) => join(root, path);
  const shared = [cacheDirectory(), paths.pki];
  return [
    { do: 'mount', path: '/', flags: ['rprivate'] },
    // a node that was powered off starts from the host's files again
    ...['upper', 'work', 'base-upper', 'base-work'].flatMap((name): Step[] => [
      { do: 'remove', path: at(name) },
      { do: 'directory', path: at(name) },
    ]),
    // two overlays, as the unpacked packages lie below "/" themselves, and layers of one overlay may not overlap
    overlay(at('base'), ['/'], at('base-upper'), at('base-work')),
    overlay(root, [debianRoot(), at('base')], at('upper'), at('work')),
    { do: 'mount', path: on('dev'), source: '/dev', flags: ['rbind'] },
    { do: 'mount', path: on('proc'), source: 'proc', type: 'proc' },
    { do: 'mount', path: on('sys'), source: 'sysfs', type: 'sysfs' },
    ...cgroupSteps(on('sys/fs/cgroup'), found),
    { do: 'mount', path: on('run'), source: 'tmpfs', type: 'tmpfs', data: 'mode=755' },
    { do: 'mount', path: on('tmp'), source: 'tmpfs', type: 'tmpfs', data: 'mode=1777' },
    { do: 'directory', path: on('run/lock') },
    { do: 'directory', path: on(own) },
    { do: 'mount', path: on(own), source: own, flags: ['bind'] },
    ...shared.flatMap((path): Step[] => [
      { do: 'directory', path: on(path) },
      { do: 'mount', path: on(path), source: path, flags: ['bind'] },
      { do: 'mount', path: on(path), flags: ['bind', 'remount', 'readonly'] },
    ]),
    { do: 'directory', path: on(volumesPath) },
    { do: 'mount', path: on(volumesPath), source: at('volumes'), flags: ['bind'] },
    { do: 'write', path: on('etc/hosts'), content: `127.0.0.1 localhost ${node}\n` },
    { do: 'remove', path: on('etc/resolv.conf') },
    { do: 'write', path: on('etc/resolv.conf'), content: '# no way out of the lab\n' },
    { do: 'remove', path: on('etc/machine-id') },
    { do: 'write', path: on('etc/machine-id'), content: `${machineId(own)}\n` },
    ...Object.entries(shownSettings).flatMap(([setting, value]): Step[] => {
      const file = on(`run/setting-${setting.replaceAll('/', '.')}`);
      return [
        { do: 'write', path: file, content: `${value}\n` },
        { do: 'mount', path: on(`proc/sys/${setting}`), source: file, flags: ['bind'], lenient: true },
      ];
    }),
    // a power cycle is a new boot for kubelet
    { do: 'copy', path: on('run/boot-id'), source: '/proc/sys/kernel/random/uuid' },
    { do: 'mount', path: on('proc/sys/kernel/random/boot_id'), source: on('run/boot-id'), flags: ['bind'] },
    { do: 'remove', path: on('var/log') },
    { do: 'directory', path: on('var/log') },
    { do: 'pivot', path: root },
    { do: 'mount', path: '/', flags: ['rshared'] },
  ];
}

function overlay(path: string, lower: readonly string[], upper: string, work: string): Step {
  const data = `lowerdir=${lower.join(':')},upperdir=${upper},workdir=${work}`;
  return { do: 'mount', path, source: 'overlay', type: 'overlay', data };
}

/** Mounts the node's own cgroups, as the root of its cgroup namespace, and moves PID 1 into `system`. */
function cgroupSteps(target: string, found: readonly Hierarchy[]): Step[] {
  if (isUnified(found)) {
    const controllers = ['cpu', 'cpuset', 'memory', 'io', 'pids', 'hugetlb'];
    return [
      { do: 'mount', path: target, source: 'cgroup2', type: 'cgroup2' },
      { do: 'join-cgroup', path: join(target, systemCgroup, 'cgroup.procs') },
      ...controllers.map((controller): Step => ({
        do: 'write',
        path: join(target, 'cgroup.subtree_control'),
        content: `+${controller}`,
        lenient: controller === 'io' || controller === 'hugetlb',
      })),
    ];
  }
  return [
    { do: 'mount', path: target, source: 'cgroup', type: 'tmpfs', data: 'mode=755' },
    ...found.flatMap((hierarchy): Step[] => {
      const { own, aliases } = hierarchyNames(hierarchy);
      const path = join(target, own);
      return [
        { do: 'directory', path },
        hierarchy.version === 2
          ? { do: 'mount', path, source: 'cgroup2', type: 'cgroup2' }
          : { do: 'mount', path, source: 'cgroup', type: 'cgroup', data: hierarchy.options },
        ...aliases.map((alias): Step => ({ do: 'link', path: join(target, alias), source: own })),
        { do: 'join-cgroup', path: join(path, systemCgroup, 'cgroup.procs') },
      ];
    }),
  ];
}

function nodeServices(
  paths: LabPaths,
  addresses: LabAddresses,
  index: number,
  optionalImages: readonly string[],
): Service[] {
  const { name, address, zone } = addresses.node(index);
  const directories = nodeDirectories(paths, name);
  const log = (service: string) => join(directories.log, `${service}.log`);
  const kube = (program: string) => join(dirname(programPath('kube')), program);
  return [
    {
      name: 'containerd',
      log: log('containerd'),
      command: ['/usr/bin/containerd', '-c', join(directories.etc, 'containerd.toml')],
      ready: ['/usr/bin/ctr', 'version'],
    },
    {
      name: 'images',
      log: log('images'),
      after: ['containerd'],
      once: true,
      command: ['/bin/sh', '-ec', importScript(directories.imported, optionalImages)],
    },
    {
      name: 'kubelet',
      log: log('kubelet'),
      after: ['images'],
      command: [
        kube('kubelet'),
        `--config=${join(directories.etc, 'kubelet.yaml')}`,
        `--kubeconfig=${join(paths.pki, `${name}.kubeconfig`)}`,
        `--root-dir=${directories.kubelet}`,
        `--cert-dir=${join(directories.kubelet, 'pki')}`,
        `--hostname-override=${name}`,
        `--node-ip=${address}`,
        `--node-labels=topology.kubernetes.io/zone=${zone}`,
      ],
    },
    {
      name: 'kube-proxy',
      log: log('kube-proxy'),
      command: [kube('kube-proxy'), `--config=${join(directories.etc, 'kube-proxy.yaml')}`],
    },
  ];
}

/** What keeps NetworkPolicies on a node: it reads them as kube-proxy, whose iptables it shares. */
function policyEnforcer(paths: LabPaths, node: string): Service {
  return {
    name: 'policy-enforcer',
    log: join(nodeDirectories(paths, node).log, 'policy-enforcer.log'),
    command: [
      programPath('policy-enforcer'),
      `--kubeconfig=${join(paths.pki, 'proxy.kubeconfig')}`,
      `--node=${node}`,
    ],
  };
}

/** Imports what a running node does not have yet, after the toolchain made new images. */
export async function importImages(
  paths: LabPaths,
  node: string,
  optional: readonly string[] = [],
): Promise<void> {
  const script = importScript(nodeDirectories(paths, node).imported, optional);
  await inside(paths.machine(node), ['/bin/sh', '-ec', script]);
}

/** Shell commands that import every image that the node does not have yet; a reference holds the content's hash, so a mark of its name is enough. */
function importScript(marks: string, optional: readonly string[]): string {
  const references = imageReferences();
  return imagesWith(optional)
    .map((name) => {
      const archive = imageArchive(name);
      const mark = join(marks, basename(references[name]));
      return `[ -e '${mark}' ] || { ctr -n k8s.io images import '${archive}' && : >'${mark}'; }`;
    })
    .join('\n');
}

/** A machine id (machine-id(5): 32 hexadecimal digits) that stays the same over power cycles of one node of one lab. */
function machineId(seed: string): string {
  return createHash('sha256').update(seed).digest('hex').slice(0, 32);
}

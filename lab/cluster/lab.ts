import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { makePrivate } from '../directories';
import { baseObjects } from './base-objects';
import { cgroupProcesses, hierarchies, removeCgroups, topCgroup } from './cgroups';
import { controlPlanePlan } from './control-plane';
import { kubectl } from './kubectl';
import { machineProcess, powerOff, powerOn, writeHosts } from './machine';
import {
  ensureControlPlaneNetwork,
  hasNamespace,
  removeNamespace,
  renewNodeNetwork,
  setNodeLink,
} from './network';
import { importImages, nodePlan, writeNodeFiles } from './node';
import { ensurePki, writePrivate } from './pki';
import { apiReady, eventually, nodesReady, type Say } from './ready';
import {
  labAddresses,
  type LabPaths,
  labPaths,
  labsDirectory,
  type LabSpec,
  machineNames,
  nodeNames,
  pagerPort,
  specProblems,
} from './spec';

/** What runs of a lab, and what does not. */
export interface LabState {
  readonly spec: LabSpec;
  /** True when every machine of the lab is on. */
  readonly alive: boolean;
  /** Names of the machines that are off. */
  readonly dead: readonly string[];
}

const quiet: Say = () => undefined;

/**
 * Makes a lab, or brings an existing one of the same name to this spec, and waits until it is ready: API server, every
 * node, DNS. What a killed run left is reused. Throws with all problems of the spec, or naming what did not become ready.
 */
export async function createLab(spec: LabSpec, say: Say = quiet): Promise<void> {
  const problems = specProblems(spec);
  if (problems.length > 0)
    throw new Error(`lab ${spec.name} cannot be made:\n${problems.map((p) => `  ${p}`).join('\n')}`);
  const before = await readLab(spec.name);
  const paths = labPaths(spec.name);
  makePrivate(paths.root);
  writePrivate(paths.spec, JSON.stringify(spec, null, 1));
  if (before && portsDiffer(before.spec, spec)) await powerOff('cp', paths);
  // what runs on a node is said when it is powered on
  if (before && (before.spec.networkPolicies ?? false) !== (spec.networkPolicies ?? false))
    for (const node of nodeNames(before.spec)) await powerOff(node, paths);
  for (const node of machinesOf(paths).filter((machine) => !machineNames(spec).includes(machine)))
    await removeNode(spec.name, node, say);
  await start(spec, say);
}

/** Brings a lab to another spec; see createLab. */
export const updateLab = createLab;

/** Reads what there is of a lab; undefined when there is none of this name. */
export async function readLab(name: string): Promise<LabState | undefined> {
  const paths = labPaths(name);
  if (!existsSync(paths.spec)) return undefined;
  const spec = JSON.parse(readFileSync(paths.spec, 'utf8')) as LabSpec;
  const dead = machineNames(spec).filter((machine) => !machineProcess(paths.machine(machine)));
  return { spec, alive: dead.length === 0, dead };
}

/** Names of all labs that have a directory here. */
export async function listLabs(): Promise<string[]> {
  return existsSync(labsDirectory())
    ? readdirSync(labsDirectory()).filter((name) => existsSync(labPaths(name).spec))
    : [];
}

/** Starts what is off of an existing lab, from its state on disk; returns the machines that it started. */
export async function reviveLab(name: string, say: Say = quiet): Promise<readonly string[]> {
  const state = await readLab(name);
  if (!state) return [];
  if (!state.alive) await start(state.spec, say);
  return state.dead;
}

/** Removes a lab: every process, mount, network namespace, cgroup and file. Removing what is not there is no error. */
export async function deleteLab(name: string, say: Say = quiet): Promise<void> {
  const paths = labPaths(name);
  say('stopping the machines');
  const machines = machinesOf(paths);
  // the control plane first, or it would move the pods of each node that goes to the next
  for (const machine of machines) await powerOff(machine, paths);
  say('removing networks and files');
  for (const machine of machines) await removeNamespace(paths.namespace(machine));
  await removeCgroups(paths.cgroup);
  rmSync(paths.root, { recursive: true, force: true });
  const left = await findLeftovers(name);
  if (left.length > 0)
    throw new Error(`of lab ${name} there is still:\n${left.map((item) => `  ${item}`).join('\n')}`);
}

/** Lists what is left on the host of a lab that should be gone; empty when nothing is. */
export async function findLeftovers(name: string): Promise<string[]> {
  const paths = labPaths(name);
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((mountPoint) => mountPoint.startsWith(`${paths.root}/`));
  const cgroups = hierarchies()
    .map(({ mountPoint }) => join(mountPoint, topCgroup, paths.cgroup))
    .filter((directory) => existsSync(directory));
  return [
    ...cgroupProcesses(paths.cgroup).map((pid) => `process ${pid}`),
    ...mounts.map((mountPoint) => `mount ${mountPoint}`),
    ...cgroups.map((cgroup) => `cgroup ${cgroup}`),
    ...(existsSync(paths.root) ? [`directory ${paths.root}`] : []),
  ];
}

/** Powers a node off, as if its plug were pulled. */
export async function stopNode(name: string, node: string): Promise<void> {
  await known(name, node);
  await powerOff(node, labPaths(name));
}

/** Powers a node on, and waits until it is ready. */
export async function startNode(name: string, node: string, say: Say = quiet): Promise<void> {
  const spec = await known(name, node);
  const since = new Date();
  if (!machineProcess(labPaths(name).machine(node))) await startMachine(spec, node);
  await nodesReady(spec, say, [node], since);
}

/** Cuts a node off from all other machines of its lab, or joins it again. */
export async function setNodeConnected(name: string, node: string, connected: boolean): Promise<void> {
  await known(name, node);
  await setNodeLink(labPaths(name), node, connected);
}

/** URL, inside the lab, of the receiver of pages. */
export function pagerUrl(name: string): string {
  return `http://${labAddresses(name).controlPlane}:${pagerPort}/`;
}

/** Machines that a lab has something of on this host, whatever its spec says; the control plane first. */
function machinesOf(paths: LabPaths): string[] {
  const namespaces = join(paths.root, 'network');
  const nodes = existsSync(namespaces) ? readdirSync(namespaces).filter((machine) => machine !== 'cp') : [];
  return ['cp', ...nodes];
}

async function known(name: string, node: string): Promise<LabSpec> {
  const state = await readLab(name);
  if (!state) throw new Error(`there is no lab '${name}'; \`npm run lab -- list\` names those there are`);
  if (!nodeNames(state.spec).includes(node))
    throw new Error(`lab '${name}' has no node '${node}'; it has ${nodeNames(state.spec).join(', ')}`);
  return state.spec;
}

async function start(spec: LabSpec, say: Say): Promise<void> {
  const paths = labPaths(spec.name);
  const addresses = labAddresses(spec.name);
  say('keys and networks');
  await ensurePki(paths, addresses, spec.apiPort, makePrivate);
  if (!hasNamespace(paths.namespace('cp')))
    for (const machine of machineNames(spec)) await powerOff(machine, paths);
  await ensureControlPlaneNetwork(paths, addresses);
  writeHosts(paths.controlPlaneHosts, [addresses.controlPlane]);
  writeHosts(
    paths.nodeHosts,
    nodeNames(spec).map((_, i) => addresses.node(i + 1).address),
  );
  say('starting the machines');
  const since = new Date();
  const off = machineNames(spec).filter((machine) => !machineProcess(paths.machine(machine)));
  for (const machine of off) await startMachine(spec, machine);
  for (const node of nodeNames(spec).filter((name) => !off.includes(name)))
    await importImages(paths, node, spec.optionalImages);
  await apiReady(spec, say);
  await forgetNodes(spec);
  say('DNS and storage');
  await applyBase(spec);
  await nodesReady(spec, say, off, since);
  say('waiting for DNS');
  await kubectl(spec.name, [
    '-n',
    'kube-system',
    'rollout',
    'status',
    'deployment/coredns',
    '--timeout=120s',
  ]);
}

async function startMachine(spec: LabSpec, machine: string): Promise<void> {
  const paths = labPaths(spec.name);
  const addresses = labAddresses(spec.name);
  if (machine === 'cp') {
    makePrivate(join(paths.machine('cp').root, 'etcd'));
    return powerOn(machine, paths, controlPlanePlan(spec, paths, addresses));
  }
  const index = Number(machine.replace('node', ''));
  await powerOff(machine, paths);
  await renewNodeNetwork(paths, addresses, index);
  writeNodeFiles(spec, paths, addresses, index);
  await powerOn(machine, paths, nodePlan(paths, addresses, index, undefined, spec));
}

async function removeNode(name: string, node: string, say: Say): Promise<void> {
  const paths = labPaths(name);
  say(`removing ${node}`);
  if (machineProcess(paths.machine('cp')))
    await kubectl(name, [
      'drain',
      node,
      '--ignore-daemonsets',
      '--delete-emptydir-data',
      '--force',
      '--timeout=60s',
    ]).catch(() => undefined);
  await powerOff(node, paths);
  await removeNamespace(paths.namespace(node));
  if (machineProcess(paths.machine('cp')))
    await kubectl(name, ['delete', 'node', node, '--ignore-not-found']);
  rmSync(paths.machine(node).root, { recursive: true, force: true });
}

/** Deletes nodes of ours whose machines are gone: one may go while nothing answers that it could be told to. */
async function forgetNodes(spec: LabSpec): Promise<void> {
  const known = (
    await kubectl(spec.name, ['get', 'nodes', '-o', 'jsonpath={.items[*].metadata.name}'])
  ).trim();
  const gone = known.split(' ').filter((node) => /^node\d+$/.test(node) && !nodeNames(spec).includes(node));
  if (gone.length > 0) await kubectl(spec.name, ['delete', 'node', ...gone, '--ignore-not-found']);
}

async function applyBase(spec: LabSpec): Promise<void> {
  const objects = { apiVersion: 'v1', kind: 'List', items: baseObjects(spec, labAddresses(spec.name)) };
  const apply = () =>
    kubectl(
      spec.name,
      ['apply', '--server-side', '--force-conflicts', '--field-manager=continuous-load-lab', '-f', '-'],
      JSON.stringify(objects),
    );
  // kube-system and the rules for it are made by the API server in the first moments after it is ready
  await eventually(apply, 30_000);
}

function portsDiffer(a: LabSpec, b: LabSpec): boolean {
  return !isDeepStrictEqual([a.apiPort, a.ports], [b.apiPort, b.ports]);
}

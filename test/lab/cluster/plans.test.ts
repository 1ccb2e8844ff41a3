import { join } from 'node:path';
import { controlPlanePlan } from '../../../lab/cluster/control-plane';
import { controlPlaneCommands, nodeCommands } from '../../../lab/cluster/network';
import { localVolumes, nodePlan, nodeRoot } from '../../../lab/cluster/node';
import { kubeletConfig, reservedResources } from '../../../lab/cluster/node-config';
import { baseObjects } from '../../../lab/cluster/base-objects';
import { labAddresses, labPaths, type LabSpec, mostNodes } from '../../../lab/cluster/spec';
import { parse } from 'yaml';

const spec: LabSpec = {
  name: 'lab',
  nodes: 2,
  apiPort: 16443,
  ports: { prometheus: { hostPort: 19090, nodePort: 30090 } },
};
const paths = labPaths(spec.name);
const addresses = labAddresses(spec.name);
const versionTwo = [{ mountPoint: '/sys/fs/cgroup', version: 2 as const, options: '' }];
const versionOne = [
  { mountPoint: '/sys/fs/cgroup/memory', version: 1 as const, options: 'memory' },
  { mountPoint: '/sys/fs/cgroup/systemd', version: 1 as const, options: 'none,name=systemd' },
];

describe('control plane', () => {
  const plan = controlPlanePlan(spec, paths, addresses);

  test('listens on the loopback only, one relay for each port', () => {
    expect(plan.listeners).toEqual([
      { name: 'api', address: '127.0.0.1:16443' },
      { name: 'prometheus', address: '127.0.0.1:19090' },
    ]);
    const relays = plan.services.filter((service) => service.name.startsWith('relay-'));
    expect(relays.map((relay) => [relay.listeners, relay.command.at(-1)])).toEqual([
      [['api'], '6443'],
      [['prometheus'], '30090'],
    ]);
  });

  test('controllers and scheduler wait for the API server', () => {
    for (const name of ['kube-controller-manager', 'kube-scheduler'])
      expect(plan.services.find((service) => service.name === name)?.after).toEqual(['kube-apiserver']);
    expect(plan.services.find((service) => service.name === 'kube-apiserver')?.ready).toBeDefined();
  });
});

describe('local volumes', () => {
  const objects = baseObjects(spec, addresses) as any[];

  test('the keeper looks where the node has its volumes, and knows them by the paths in their specs', () => {
    const [inNode = '', onHost] =
      controlPlanePlan(spec, paths, addresses)
        .services.find(({ name }) => name === 'volumes')
        ?.command.slice(-2) ?? [];
    expect(nodeRoot(paths, 'node1', versionOne)).toContainEqual(
      expect.objectContaining({ path: expect.stringMatching(new RegExp(`${inNode}$`)), source: onHost }),
    );
    const volumes = objects.filter(({ kind }) => kind === 'PersistentVolume');
    expect(volumes).toHaveLength(localVolumes);
    for (const { spec: volume } of volumes) expect(volume.local.path.startsWith(`${inNode}/`)).toBe(true);
  });

  test('the keeper may list and patch volumes under the name in its certificate, and nothing else', () => {
    const [role] = objects.filter(({ metadata }) => metadata.name === 'continuous-load-volumes');
    expect(role.rules).toEqual([
      { apiGroups: [''], resources: ['persistentvolumes'], verbs: ['list', 'patch'] },
    ]);
    const command = controlPlanePlan(spec, paths, addresses).services.find(
      ({ name }) => name === 'volumes',
    )?.command;
    expect(command).toContain(join(paths.pki, 'controller-manager.crt'));
    const binding = objects.find(
      ({ kind, roleRef }) => kind === 'ClusterRoleBinding' && roleRef.name === role.metadata.name,
    );
    expect(binding.subjects).toMatchObject([{ kind: 'User', name: 'system:kube-controller-manager' }]);
  });
});

describe('node', () => {
  test('leaves the host: its last steps are the pivot and mounts that reach no one else', () => {
    const steps = nodeRoot(paths, 'node1', versionOne);
    expect(steps[0]).toEqual({ do: 'mount', path: '/', flags: ['rprivate'] });
    expect(steps.at(-2)?.do).toBe('pivot');
  });

  test('every path of the new root is written below it, never on the host', () => {
    const own = paths.machine('node1').root;
    for (const step of nodeRoot(paths, 'node1', versionOne).slice(1, -1))
      expect(step.path.startsWith(own)).toBe(true);
  });

  test('layers of one overlay never overlap', () => {
    for (const step of nodeRoot(paths, 'node1', versionOne).filter((s) => s.type === 'overlay')) {
      const lower = /lowerdir=([^,]*)/.exec(step.data ?? '')?.[1]?.split(':') ?? [];
      expect(lower.length > 1 && lower.includes('/')).toBe(false);
    }
  });

  test('version 1 mounts each hierarchy and joins `system` in it', () => {
    const steps = nodeRoot(paths, 'node1', versionOne);
    expect(steps.filter((step) => step.type === 'cgroup').map((step) => step.data)).toEqual([
      'memory',
      'none,name=systemd',
    ]);
    expect(steps.filter((step) => step.do === 'join-cgroup')).toHaveLength(2);
  });

  test('version 2 mounts one hierarchy, joins `system`, then hands controllers on (no process may be left in the parent)', () => {
    const steps = nodeRoot(paths, 'node1', versionTwo);
    const joined = steps.findIndex((step) => step.do === 'join-cgroup');
    const handed = steps.findIndex((step) => step.path.endsWith('cgroup.subtree_control'));
    expect(joined).toBeGreaterThan(0);
    expect(handed).toBeGreaterThan(joined);
  });

  test('kubelet starts after the images are there', () => {
    const services = nodePlan(paths, addresses, 1, versionOne).services;
    expect(services.find((service) => service.name === 'kubelet')?.after).toEqual(['images']);
    expect(services.find((service) => service.name === 'images')).toMatchObject({
      once: true,
      after: ['containerd'],
    });
  });

  test('policies are kept by a node where the lab is to keep them', () => {
    const names = (options?: { networkPolicies?: boolean }) =>
      nodePlan(paths, addresses, 1, versionOne, options).services.map(({ name }) => name);
    expect(names()).not.toContain('policy-enforcer');
    expect(names({ networkPolicies: true })).toEqual([...names(), 'policy-enforcer']);
  });

  test('nodes together offer the machine once', () => {
    expect(reservedResources(2, 2, 8 * 2 ** 30)).toEqual({ cpu: '1000m', memory: '4096Mi' });
    expect(reservedResources(1, 2, 8 * 2 ** 30)).toEqual({ cpu: '0m', memory: '0Mi' });
    expect(parse(kubeletConfig(spec, paths, addresses, 1)).systemReserved.cpu).toMatch(/m$/);
  });
});

describe('network', () => {
  test('a node knows every other node and no way out', () => {
    const commands = nodeCommands(addresses, 2);
    expect(commands.filter((command) => command.includes(' via '))).toHaveLength(mostNodes - 1);
    expect(commands.some((command) => command.includes(`${addresses.node(2).podCidr} via`))).toBe(false);
    expect(commands).toContain('route add blackhole default metric 4000');
    expect(controlPlaneCommands(addresses).some((command) => command.includes('default'))).toBe(false);
  });
});

test('what the lab brings along has DNS at the address that kubelet tells pods', () => {
  const service = baseObjects(spec, addresses).find((object: any) => object.kind === 'Service') as any;
  expect(service.spec.clusterIP).toBe(parse(kubeletConfig(spec, paths, addresses, 1)).clusterDNS[0]);
});

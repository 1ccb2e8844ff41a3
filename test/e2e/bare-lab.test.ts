import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { kubectl } from '../../lab/cluster/kubectl';
import {
  createLab,
  deleteLab,
  findLeftovers,
  readLab,
  reviveLab,
  startNode,
  stopNode,
  updateLab,
} from '../../lab/cluster/lab';
import { labPaths, type LabSpec } from '../../lab/cluster/spec';
import { imageReferences } from '../../lab/images/images';
import { hostSnapshot, listeners, processesInLab, type HostSnapshot } from './support/host';
import { isReady, list, type Cluster } from './support/kubernetes';
import { labProcesses, memoryOf, onlyProcess } from './support/lab-processes';
import { resultFile, StackUnderTest } from './support/stack-under-test';
import { bareLab } from './suites';
import { eventually, report, seconds } from './support/wait';

const name = bareLab;
const [hostPort, nodePort] = [27898, 30801];
const spec: LabSpec = {
  name,
  nodes: 2,
  apiPort: 27443,
  ports: { echo: { hostPort, nodePort } },
};
const bare: Cluster = { kubectl: (...words) => kubectl(name, words) };
const other = new StackUnderTest();
const minutes = (count: number) => count * 60_000;

let before: HostSnapshot;
let othersBefore: number[] = [];

beforeAll(async () => {
  before = JSON.parse(readFileSync(resultFile('host-before.json'), 'utf8')) as HostSnapshot;
  othersBefore = machinesOf(other.lab);
  await deleteLab(name);
  const startedMs = Date.now();
  await createLab(spec);
  report('control plane and 2 nodes ready after', seconds(Date.now() - startedMs));
}, minutes(8));

afterAll(async () => deleteLab(name), minutes(2));

describe('a lab without anything in it', () => {
  test('takes at most 1 GiB', () => {
    const bytes = memoryOf(name);
    report('memory of the empty lab', `${(bytes / 2 ** 20).toFixed(0)} MiB`);
    expect(bytes).toBeGreaterThan(100 * 2 ** 20);
    expect(bytes).toBeLessThanOrEqual(2 ** 30);
  });

  test('lives beside the other lab: each has its own nodes', async () => {
    const uid = async (cluster: Cluster) =>
      (await list(cluster, 'nodes')).map(({ metadata }) => metadata.uid);
    const [own, others] = [await uid(bare), await uid(other)];
    expect(own).toHaveLength(2);
    expect(others).toHaveLength(2);
    expect(own.filter((one) => others.includes(one))).toEqual([]);
  });

  test('listens on 127.0.0.1 only', () => {
    const open = listeners();
    for (const port of [
      spec.apiPort,
      hostPort,
      other.port('api'),
      other.port('prometheus'),
      other.port('alertmanager'),
      other.port('podinfo'),
    ])
      expect(open.filter((listener) => listener.endsWith(`:${port}`))).toEqual([`127.0.0.1:${port}`]);
  });

  test('leaves addresses, routes, rules, firewall and settings of the host as they are', () => {
    const { addresses, routes, rules, firewall, settings } = hostSnapshot();
    expect({ addresses, routes, rules, firewall }).toEqual({
      addresses: before.addresses,
      routes: before.routes,
      rules: before.rules,
      firewall: before.firewall,
    });
    expect(settings).toEqual(before.settings);
  });

  test('keeps its keys from everybody else', () => {
    expect(statSync(labPaths(name).root).mode & 0o077).toBe(0);
    const secrets = [
      labPaths(name).kubeconfig,
      ...readdirSync(labPaths(name).pki)
        .filter((file) => /key|kubeconfig/.test(file))
        .map((file) => join(labPaths(name).pki, file)),
    ];
    expect(secrets.length).toBeGreaterThan(5);
    for (const file of secrets) expect([file, statSync(file).mode & 0o077]).toEqual([file, 0]);
  });
});

describe('its network', () => {
  beforeAll(async () => {
    await kubectl(
      name,
      ['apply', '-f', '-'],
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'List',
        items: [pod('far', 'node2', []), service('far'), headless('far')],
      }),
    );
    await kubectl(name, ['wait', 'pod/far', '--for=condition=Ready', '--timeout=60s']);
    // a Service without an address of its own leads to the pod's, which may be another one after a node was off
    const backends = ['far-pod', 'far', 'far.default.svc.cluster.local'].map(
      (host) => `http://${host}:9898/api/echo`,
    );
    const items = [
      pod(
        'near',
        'node1',
        backends.map((url) => `--backend-url=${url}`),
      ),
      service('near', nodePort),
    ];
    await kubectl(name, ['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    await kubectl(name, ['wait', 'pod/near', '--for=condition=Ready', '--timeout=60s']);
  }, minutes(6));

  test(
    'carries a call from the host by NodePort, on by pod address, by Service and by DNS, across nodes',
    async () => {
      await eventually('the echo', { withinMs: 30_000 }, async () =>
        expect(await echo()).toEqual(['"ping"', '"ping"', '"ping"']),
      );
    },
    minutes(2),
  );

  test('lets kubectl read logs and run a command in a pod', async () => {
    expect(await kubectl(name, ['logs', 'near'])).toContain('Starting HTTP Server');
    expect(await kubectl(name, ['exec', 'near', '--', '/home/app/podinfo', '--version'])).toMatch(/\d+\.\d+/);
  });

  test('has no way out', async () => {
    const init = labProcesses(name, 'node1').find(({ words }) =>
      words.some((word) => word.endsWith('kubelet')),
    );
    const routes = readFileSync(`/proc/${init?.pid ?? 0}/net/route`, 'utf8')
      .trim()
      .split('\n')
      .slice(1);
    const gateways = routes
      .map((line) => line.split('\t'))
      .filter(
        ([, destination, , flags]) => destination === '00000000' && (parseInt(flags ?? '0', 16) & 2) !== 0,
      );
    expect(gateways).toEqual([]);
  });
});

describe('its nodes', () => {
  test(
    'a stopped node is seen as gone, and comes back',
    async () => {
      await stopNode(name, 'node2');
      expect((await readLab(name))?.dead).toEqual(['node2']);
      await eventually('node2 is not ready', { withinMs: minutes(2), everyMs: 1_000 }, async () =>
        expect(await readiness()).toEqual({ node1: true, node2: false }),
      );
      await startNode(name, 'node2');
      expect(await readiness()).toEqual({ node1: true, node2: true });
      await eventually('the echo', { withinMs: minutes(1) }, async () =>
        expect(await echo()).toHaveLength(3),
      );
    },
    minutes(8),
  );

  test(
    'become three, and two again',
    async () => {
      await updateLab({ ...spec, nodes: 3 });
      expect(await readiness()).toEqual({ node1: true, node2: true, node3: true });
      await updateLab(spec);
      expect(await readiness()).toEqual({ node1: true, node2: true });
      expect(processesInLab(name, 'node3')).toEqual([]);
    },
    minutes(8),
  );

  test(
    'give a node up while the control plane is off for new ports, and keep it on for the same ones in another order',
    async () => {
      await updateLab({ ...spec, nodes: 3, ports: { echo: { hostPort: hostPort + 1, nodePort } } });
      expect(await readiness()).toEqual({ node1: true, node2: true, node3: true });
      await updateLab(spec);
      expect(await readiness()).toEqual({ node1: true, node2: true });
      const { pid } = onlyProcess(name, 'cp', 'etcd');
      await updateLab({ ...spec, ports: { echo: { nodePort, hostPort } } });
      expect(onlyProcess(name, 'cp', 'etcd').pid).toBe(pid);
    },
    minutes(8),
  );
});

describe('kill -9 of', () => {
  test.each([
    ['cp', 'etcd'],
    ['cp', 'kube-apiserver'],
    ['cp', 'kube-controller-manager'],
    ['cp', 'kube-scheduler'],
    ['cp', 'pager'],
    ['node1', 'containerd'],
    ['node1', 'kubelet'],
    ['node1', 'kube-proxy'],
  ])(
    '%s: %s is started again by itself, and all is well',
    async (machine, program) => {
      const killed = onlyProcess(name, machine, program);
      process.kill(killed.pid, 'SIGKILL');
      const startedMs = Date.now();
      await eventually(`another ${program}`, { withinMs: 30_000, everyMs: 100 }, () =>
        expect(onlyProcess(name, machine, program).pid).not.toBe(killed.pid),
      );
      await eventually('nodes and echo', { withinMs: minutes(1) }, async () => {
        expect(await readiness()).toEqual({ node1: true, node2: true });
        expect(await echo()).toHaveLength(3);
      });
      report(`${program} back and well after`, seconds(Date.now() - startedMs));
    },
    minutes(4),
  );

  test.each(['node1', 'cp'])(
    '%s’s first process takes the machine down, and revival brings it back',
    async (machine) => {
      const { pid } = JSON.parse(readFileSync(labPaths(name).machine(machine).process, 'utf8')) as {
        pid: number;
      };
      process.kill(pid, 'SIGKILL');
      await eventually('every process of it is gone', { withinMs: 15_000, everyMs: 100 }, () =>
        expect(labProcesses(name, machine)).toEqual([]),
      );
      await isDead(machine);
      expect(await reviveLab(name)).toEqual([machine]);
      await eventually('the echo', { withinMs: minutes(1) }, async () =>
        expect(await echo()).toHaveLength(3),
      );
    },
    minutes(8),
  );

  test(
    'everything at once is repaired by making the lab again',
    async () => {
      for (const { pid } of labProcesses(name)) kill(pid);
      await isDead('cp', 'node1', 'node2');
      const startedMs = Date.now();
      await createLab(spec);
      report('ready again after', seconds(Date.now() - startedMs));
      await eventually('the echo', { withinMs: minutes(1) }, async () =>
        expect(await echo()).toHaveLength(3),
      );
    },
    minutes(8),
  );

  test(
    'everything at once is removed as well, with nothing left and the other lab untouched',
    async () => {
      for (const { pid } of labProcesses(name)) kill(pid);
      await deleteLab(name);
      expect(await findLeftovers(name)).toEqual([]);
      expect(processesInLab(name)).toEqual([]);
      expect(machinesOf(other.lab)).toEqual(othersBefore);
      const { addresses, routes, rules } = hostSnapshot();
      expect({ addresses, routes, rules }).toEqual({
        addresses: before.addresses,
        routes: before.routes,
        rules: before.rules,
      });
    },
    minutes(4),
  );
});

/** Ids of the first processes of a lab's machines. */
function machinesOf(lab: string): number[] {
  return ['cp', 'node1', 'node2'].map(
    (machine) =>
      (JSON.parse(readFileSync(labPaths(lab).machine(machine).process, 'utf8')) as { pid: number }).pid,
  );
}

/** The kernel takes a moment to end what was killed. */
async function isDead(...machines: string[]): Promise<void> {
  await eventually('the lab says so', { withinMs: 10_000, everyMs: 100 }, async () =>
    expect((await readLab(name))?.dead).toEqual(machines),
  );
}

async function readiness(): Promise<Record<string, boolean>> {
  return Object.fromEntries((await list(bare, 'nodes')).map((node) => [node.metadata.name, isReady(node)]));
}

async function echo(): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${hostPort}/api/echo`, {
    method: 'POST',
    body: '"ping"',
    signal: AbortSignal.timeout(5_000),
  });
  const answers = (await response.json()) as string[];
  if (answers.some((answer) => answer !== '"ping"')) throw new Error(answers.join(' | '));
  return answers;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it died with its parent
  }
}

function pod(podName: string, node: string, flags: readonly string[]) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: podName, labels: { app: podName } },
    spec: {
      nodeName: node,
      terminationGracePeriodSeconds: 1,
      // pods of a node that is gone stay, so that they are there again with it
      tolerations: [{ operator: 'Exists' }],
      containers: [
        {
          name: 'podinfo',
          image: imageReferences().podinfo,
          command: ['/home/app/podinfo', '--port=9898', ...flags],
          readinessProbe: { httpGet: { path: '/readyz', port: 9898 }, periodSeconds: 1 },
        },
      ],
    },
  };
}

function headless(app: string) {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: `${app}-pod` },
    spec: { clusterIP: 'None', selector: { app }, ports: [{ port: 9898 }] },
  };
}

function service(app: string, nodePort?: number) {
  const port = { port: 9898, ...(nodePort === undefined ? {} : { nodePort }) };
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: app },
    spec: { type: nodePort === undefined ? 'ClusterIP' : 'NodePort', selector: { app }, ports: [port] },
  };
}

import { createServer, type AddressInfo, type Server } from 'node:net';
import { elsewhere, provider } from '../../../../lab/pulumi/k3d/k3d-provider';
import { identity } from '../../../../lab/k3d/spec';
import { Unfinished } from '../../../../lab/pulumi/provider';
import { type Properties, unknownValue } from '../../../../lab/pulumi/values';
import { FakePrograms } from '../../k3d/fake-programs';

let mockFake = new FakePrograms();
jest.mock('../../../../lab/k3d/programs', () => {
  const actual = jest.requireActual('../../../../lab/k3d/programs');
  const run = async (...call: Parameters<FakePrograms['run']>) => mockFake.run(...call);
  const demand = async (...[program, args, options]: Parameters<FakePrograms['run']>) => {
    const said = await run(program, args, options);
    if (said.code !== 0) throw new actual.ProgramFailed(program, args, said);
    return said.stdout;
  };
  return { ...actual, run, demand };
});

let warned: string[];
let said: string[];
beforeEach(() => {
  mockFake = new FakePrograms();
  warned = [];
  said = [];
});

// Ports that nobody listens at: the range below the ephemeral ones, which no test server is given.
const inputs: Properties = {
  name: 'dev',
  image: 'docker.io/rancher/k3s:v1.34.9-k3s1',
  servers: 1,
  agents: 2,
  apiPort: 21443,
  ports: { prometheus: { hostPort: 21090, nodePort: 30090 } },
  registryPort: 21500,
  disable: ['traefik'],
  builder: false,
};
const on = { ...inputs, power: 'on' };

const resource = { urn: 'urn', type: 'k3d:index:Cluster', name: 'dev' };
const operation = (preview = false) => ({
  ...resource,
  id: 'dev',
  preview,
  timeoutSeconds: 0,
  signal: new AbortController().signal,
  status: (message: string) => void said.push(message),
  warn: (message: string) => void warned.push(message),
});
const check = (news: Properties, olds: Properties = {}) =>
  provider.check({ ...resource, seed: new Uint8Array() }, olds, news);
const failures = async (news: Properties, olds: Properties = {}) =>
  ((await check(news, olds)).failures ?? []).map(({ property, reason }) => `${property}: ${reason}`);
const diff = (news: Properties, olds: Properties = on) =>
  provider.diff({ ...resource, id: 'dev', warn: operation().warn }, { inputs: olds, outputs: {} }, news);
const create = (news: Properties = on) => provider.create(operation(), news);
const read = () => provider.read(operation(), { inputs: on, outputs: { old: true } });
const update = (news: Properties) => provider.update(operation(), { inputs: on, outputs: {} }, news);
const names = () => mockFake.containers.map(({ name }) => name).sort();
const whole = [
  'k3d-dev-agent-0',
  'k3d-dev-agent-1',
  'k3d-dev-registry',
  'k3d-dev-server-0',
  'k3d-dev-serverlb',
];

describe('what this machine lacks is found before anything is made:', () => {
  test('nothing on a machine that has all', async () => {
    expect(await check(inputs)).toEqual({ inputs: on, failures: [] });
    expect(mockFake.changes()).toEqual([]);
  });

  test('docker and k3d not on PATH, both at once', async () => {
    mockFake.absent = ['docker', 'k3d'];
    const [docker, k3d, ...more] = await failures(inputs);
    expect(docker).toMatch(/^: docker is not on PATH: install Docker .*`npm run up lab` needs no Docker/);
    expect(k3d).toMatch(/^: k3d is not on PATH: install k3d 5\.8\.0 or newer/);
    expect(more).toEqual([]);
  });

  test.each([
    [
      'Cannot connect to the Docker daemon at unix:///var/run/docker.sock.',
      /`docker info`: Cannot connect.*start Docker/,
    ],
    ['permission denied while trying to connect to the docker API', /group docker/],
  ])('an engine that does not answer: %s', async (dockerSays, expected) => {
    Object.assign(mockFake, { docker: '', dockerSays });
    expect(await failures(inputs)).toEqual([expect.stringMatching(expected)]);
  });

  test('an engine, a k3d and no buildx, each too old', async () => {
    Object.assign(mockFake, { docker: '19.03.15', k3d: '5.4.6' });
    expect(await failures(inputs)).toEqual([
      expect.stringContaining('Docker 19.03.15 is too old for k3d, which needs 20.10.5'),
      expect.stringContaining('k3d 5.4.6 is too old: install k3d 5.8.0'),
    ]);
    Object.assign(mockFake, { docker: '29.0.0', k3d: '5.9.0', buildx: false });
    expect(await failures(inputs)).toEqual([]);
    expect(await failures({ ...inputs, builder: true })).toEqual([
      expect.stringMatching(/`docker buildx` is not there.*images\.k6/),
    ]);
  });

  describe('a port', () => {
    let holder: Server;
    let port: number;
    beforeEach(async () => {
      holder = createServer();
      await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
      port = (holder.address() as AddressInfo).port;
    });
    afterEach(() => new Promise((resolve) => holder.close(resolve)));

    test.each([
      ['apiPort', 'api', (taken: number) => ({ apiPort: taken })],
      ['registryPort', 'registry', (taken: number) => ({ registryPort: taken })],
      [
        'ports.prometheus',
        'prometheus',
        (taken: number) => ({ ports: { prometheus: { hostPort: taken, nodePort: 30090 } } }),
      ],
    ])('of %s that another program holds', async (property, key, wanted) => {
      const [failure, ...more] = await failures({ ...inputs, ...wanted(port) });
      expect(failure).toMatch(
        new RegExp(
          `^${property}: port ${port} of 127\\.0\\.0\\.1 is taken .*change cluster\\.ports\\.${key}$`,
        ),
      );
      expect(more).toEqual([]);
    });

    test('that the cluster itself holds is none', async () => {
      const mine = { ...inputs, apiPort: port };
      await create({ ...mine, power: 'on' });
      expect(await failures(mine, { ...mine, power: 'on' })).toEqual([]);
    });
  });

  test('an unknown input', async () => {
    expect(await failures({ ...inputs, nodes: 3 })).toEqual([
      expect.stringContaining('nodes: unknown; allowed are'),
    ]);
  });

  test('nothing of this machine is looked at for a preview of another one’s', async () => {
    process.env[elsewhere] = '1';
    try {
      mockFake.absent = ['docker', 'k3d'];
      expect(await failures(inputs)).toEqual([]);
      expect((await diff({ ...on, agents: 3 })).changes).toEqual([
        { path: 'agents', kind: 'update', replace: false },
      ]);
      // A creation looks all the same.
      await expect(create()).rejects.toThrow(/docker is not on PATH/);
    } finally {
      Reflect.deleteProperty(process.env, elsewhere);
    }
  });
});

describe('create', () => {
  test('makes the cluster, and knows all but the kubeconfig beforehand', async () => {
    const foreseen = await provider.create(operation(true), on);
    expect(foreseen.id).toBe(unknownValue);
    expect(mockFake.calls).toEqual([]);
    const { id, outputs } = await create();
    expect(id).toBe('dev');
    expect({ ...outputs, kubeconfig: unknownValue }).toEqual(foreseen.outputs);
    expect(outputs).toMatchObject({
      kubeconfig: expect.stringContaining('k3d-dev'),
      endpoints: { prometheus: 'http://127.0.0.1:21090' },
      registry: '127.0.0.1:21500',
    });
    expect(names()).toEqual(whole);
    expect(mockFake.changes()).toEqual(['k3d cluster create --config -']);
  });

  test('takes over what an interrupted run had finished, without making it anew', async () => {
    await create();
    mockFake.changes();
    expect((await create()).id).toBe('dev');
    expect(mockFake.changes()).toEqual([]);
    expect(said.at(-1)).toMatch(/taking over k3d cluster dev/);
  });

  test('starts it when it was stopped meanwhile, and gives it the agents that are asked for', async () => {
    await create();
    mockFake.containers.forEach((node) => (node.status = 'exited'));
    mockFake.changes();
    await create({ ...on, agents: 3 });
    expect(mockFake.changes()).toEqual([
      'k3d cluster start dev --wait --timeout 5m0s',
      expect.stringMatching(
        /^k3d node create dev-agent-2 --cluster dev --role agent --image docker\.io\/rancher/,
      ),
    ]);
  });

  test.each(['at the network', 'after the registry', 'before the load balancer', 'before the start'])(
    'cleans up when k3d is killed %s, and tells its words',
    async (failCreate) => {
      mockFake.failCreate = failCreate;
      await expect(create()).rejects.toThrow('`k3d cluster create --config -` failed: Killed');
      expect(mockFake).toMatchObject({ containers: [], networks: {}, volumes: [] });
    },
  );

  test('tells why k3d rolled back, without its colours', async () => {
    mockFake.failCreate = 'with a rollback';
    await expect(create()).rejects.toThrow(/Failed Cluster Start: bind: in use\n .*rolled back/);
    expect(mockFake.volumes).toEqual([]);
  });

  test.each(['at the network', 'after the registry', 'before the load balancer', 'before the start'])(
    'removes what is left when k3d and we were killed %s, then makes it',
    async (failCreate) => {
      mockFake.failCreate = failCreate;
      await create().catch(() => undefined);
      // The same once more, by k3d alone: nobody was there to clean up.
      const input = JSON.stringify(mockFake.config);
      expect(mockFake.run('k3d', ['cluster', 'create', '--config', '-'], { input }).code).toBe(137);
      mockFake.failCreate = undefined;
      mockFake.changes();
      await create();
      expect(names()).toEqual(whole);
      const calls = mockFake.changes();
      expect(calls.at(-1)).toBe('k3d cluster create --config -');
      expect(calls.length).toBeGreaterThan(1);
      if (failCreate !== 'at the network')
        expect(said.join()).toMatch(/interrupted run left of k3d cluster dev \(it lacks/);
    },
  );

  test('leaves a cluster alone that somebody else made', async () => {
    await create();
    mockFake.containers.forEach((node) => Reflect.deleteProperty(node, 'identity'));
    mockFake.changes();
    await expect(create()).rejects.toThrow(/that this stack did not make.*cluster\.name/);
    await expect(update(on)).rejects.toThrow(Unfinished);
    await expect(provider.delete(operation(), { inputs: on, outputs: {} })).rejects.toThrow(/left alone/);
    expect(await read()).toBeUndefined();
    expect(warned).toEqual([expect.stringContaining('was not made by this stack')]);
    expect(mockFake.changes()).toEqual([]);
  });

  test('never removes a whole cluster that the state does not know', async () => {
    await create();
    mockFake.changes();
    await expect(create({ ...on, image: 'rancher/k3s:v1.35.5-k3s1' })).rejects.toThrow(
      /k3d cluster delete dev/,
    );
    expect(mockFake.changes()).toEqual([]);
  });

  test('brings a builder along where images are to be built', async () => {
    await create({ ...on, builder: true });
    expect(mockFake.changes().at(-1)).toBe(
      'docker buildx create --name k3d-dev-builder --driver docker-container --driver-opt network=host',
    );
    await provider.delete(operation(), { inputs: on, outputs: {} });
    expect(mockFake.builders).toEqual([]);
  });
});

describe('read', () => {
  test('finds what is there', async () => {
    await create();
    const found = await read();
    expect(found?.inputs).toEqual(on);
    expect(found?.outputs).toMatchObject({ kubeconfig: expect.stringContaining('k3d-dev') });
  });

  test('tells that it is gone', async () => expect(await read()).toBeUndefined());

  test('tells what is off, and keeps the kubeconfig that it had', async () => {
    await create();
    mockFake.containers.find(({ role }) => role === 'agent')!.status = 'exited';
    expect(await read()).toMatchObject({
      inputs: { power: 'off: k3d-dev-agent-0' },
      outputs: { old: true, power: 'off: k3d-dev-agent-0' },
    });
  });

  test('tells how many agents there really are', async () => {
    await create();
    mockFake.containers = mockFake.containers.filter(({ name }) => name !== 'k3d-dev-agent-1');
    expect((await read())?.inputs['agents']).toBe(1);
  });

  test('does not take silence for absence', async () => {
    await create();
    mockFake.absent = ['docker'];
    await expect(read()).rejects.toThrow(/docker is not on PATH/);
  });
});

describe('diff', () => {
  beforeEach(() => create());

  test('is empty where nothing changed', async () =>
    expect(await diff(on)).toEqual({ changes: [], deleteBeforeReplace: true }));

  test.each([
    [
      'image',
      'docker.io/rancher/k3s:v1.35.5-k3s1',
      /image \(docker.io.*v1\.34.* → docker.io.*v1\.35.*\) needs a new cluster: k3d cannot change/,
    ],
    ['apiPort', 21444, /apiPort \(21443 → 21444\) needs a new cluster: Docker cannot change the ports/],
    [
      'ports',
      { prometheus: { hostPort: 21091, nodePort: 30090 } },
      /21090.* → .*21091.*ports of a container/,
    ],
    ['registryPort', 21501, /read where the registry is/],
    ['servers', 3, /SQLite/],
    ['disable', [], /leaves out/],
    ['name', 'other', /called by it/],
  ])('replaces for another %s, and tells why', async (path, value, why) => {
    expect(await diff({ ...on, [path]: value })).toEqual({
      changes: [{ path, kind: 'update', replace: true }],
      deleteBeforeReplace: true,
    });
    expect(warned).toEqual([expect.stringMatching(why)]);
    expect(warned[0]).toMatch(/made anew, and its data is lost$/);
  });

  test.each([
    ['agents', 3],
    ['builder', true],
  ])('changes %s where it is, without a word', async (path, value) => {
    expect((await diff({ ...on, [path]: value })).changes).toEqual([
      { path, kind: 'update', replace: false },
    ]);
    expect(warned).toEqual([]);
  });

  test('every input but agents and builder makes another cluster, and only those', () => {
    const spec = inputs as unknown as Parameters<typeof identity>[0];
    const changed = {
      image: 'x',
      servers: 3,
      apiPort: 1,
      registryPort: 2,
      disable: [],
      name: 'y',
      ports: {},
    };
    for (const [key, value] of Object.entries(changed))
      expect(identity({ ...spec, [key]: value })).not.toBe(identity(spec));
    expect(identity({ ...spec, agents: 9, builder: true } as never)).toBe(identity(spec));
  });

  test('sees a stopped cluster without a refresh, and an update starts it', async () => {
    mockFake.containers.forEach((node) => (node.status = 'exited'));
    expect((await diff(on)).changes).toEqual([{ path: 'power', kind: 'update' }]);
    mockFake.changes();
    expect(await update(on)).toMatchObject({ kubeconfig: expect.any(String) });
    expect(mockFake.changes()).toEqual(['k3d cluster start dev --wait --timeout 5m0s']);
  });

  test('says how to go on when it is gone', async () => {
    mockFake.containers = [];
    await expect(diff(on)).rejects.toThrow(/k3d cluster dev is gone.*--refresh/);
  });
});

describe('update', () => {
  beforeEach(async () => {
    await create();
    mockFake.changes();
  });

  test('adds agents after the last one', async () => {
    await update({ ...on, agents: 4 });
    expect(mockFake.changes().map((call) => call.split(' ').slice(0, 4).join(' '))).toEqual([
      'k3d node create dev-agent-2',
      'k3d node create dev-agent-3',
    ]);
    await update({ ...on, agents: 5 });
    expect(names()).toContain('k3d-dev-agent-4-0');
    expect((await read())?.inputs).toMatchObject({ agents: 5, power: 'on' });
    await expect(create({ ...on, agents: 5 })).resolves.toBeDefined();
  });

  test('drains and removes the last agents first', async () => {
    await update({ ...on, agents: 1 });
    expect(mockFake.changes()).toEqual([
      'docker exec k3d-dev-server-0 kubectl get persistentvolumes --output json',
      expect.stringContaining('kubectl drain k3d-dev-agent-1 --ignore-daemonsets'),
      'k3d node delete k3d-dev-agent-1',
      expect.stringContaining('kubectl delete node k3d-dev-agent-1'),
    ]);
  });

  test('keeps agents with volumes, and says so when there are no others', async () => {
    const volume = (node: string) => ({
      spec: {
        claimRef: { namespace: 'monitoring', name: 'prometheus-0' },
        nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ values: [node] }] }] } },
      },
    });
    mockFake.volumesInside = [volume('k3d-dev-agent-1')];
    await update({ ...on, agents: 1 });
    expect(names()).toContain('k3d-dev-agent-1');
    expect(names()).not.toContain('k3d-dev-agent-0');
    await expect(update({ ...on, agents: 0 })).rejects.toMatchObject({
      reasons: [
        expect.stringMatching(
          /cannot go down to 0 agents.*k3d-dev-agent-1 \(monitoring\/prometheus-0\).*by 1/,
        ),
      ],
    });
    expect(names()).toContain('k3d-dev-agent-1');
  });

  test('changes nothing in a preview', async () => {
    await provider.update(operation(true), { inputs: on, outputs: {} }, { ...on, agents: 9 });
    expect(mockFake.calls).toEqual([]);
  });
});

describe('delete', () => {
  const remove = () => provider.delete(operation(), { inputs: on, outputs: {} });

  test('leaves nothing, and may be asked twice', async () => {
    await create({ ...on, builder: true });
    await remove();
    expect(mockFake).toMatchObject({ containers: [], networks: {}, volumes: [], builders: [] });
    await remove();
    expect(mockFake.changes().filter((call) => call.startsWith('k3d cluster delete'))).toEqual([
      'k3d cluster delete dev',
    ]);
  });

  test('names what stays', async () => {
    await create();
    mockFake.stuck = true;
    await expect(remove()).rejects.toThrow(/there is still k3d-dev-agent-0, .*docker rm --force/);
  });

  test('leaves a network alone that is not k3d’s', async () => {
    mockFake.networks['k3d-dev'] = 'mine';
    await remove();
    expect(mockFake.networks).toEqual({ 'k3d-dev': 'mine' });
  });
});

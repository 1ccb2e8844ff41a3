import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { isOwn, isSame, lacks, parseNodes, stopped } from '../../../lab/k3d/found';
import { programEnvironment } from '../../../lab/k3d/programs';
import { builtIns, identity, k3dConfig, k3sImage, type K3dSpec } from '../../../lab/k3d/spec';
import { createProgress } from '../../../lab/progress';
import { ensurePrograms, programPath } from '../../../lab/toolchain/toolchain';
import { DockerEndpoint } from './docker-endpoint';

/** k3d is compiled on first use. */
const patienceMs = 900_000;

beforeAll(() => ensurePrograms(['k3d', 'k3d-config'], createProgress()), patienceMs);

function run(
  program: string,
  args: string[],
  input: string,
  env = process.env,
): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(program, args, { env, maxBuffer: 2 ** 28 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 255), stdout, stderr }),
    );
    child.stdin?.end(input);
  });
}

/** What k3d's own packages make of configs. */
async function understood(configs: unknown[]): Promise<{ error?: string; config?: any }[]> {
  const texts = configs.map((config) => (typeof config === 'string' ? config : JSON.stringify(config)));
  const { stdout, stderr, code } = await run(programPath('k3d-config'), [], JSON.stringify(texts));
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

const port = fc.integer({ min: 1024, max: 65_535 });
const specs: fc.Arbitrary<K3dSpec> = fc
  .record({
    name: fc.stringMatching(/^[a-z][a-z0-9-]{0,18}[a-z0-9]$/),
    image: fc.constantFrom(
      k3sImage('1.34'),
      k3sImage('1.36'),
      `registry.example.org:5000/k3s@sha256:${'a'.repeat(64)}`,
    ),
    servers: fc.constantFrom(1, 3, 5),
    agents: fc.integer({ min: 0, max: 10 }),
    ports: fc.uniqueArray(port, { minLength: 6, maxLength: 6 }),
    registry: fc.boolean(),
    disable: fc.subarray([...builtIns]),
  })
  .map(({ ports: [api = 1, registryPort = 2, ...rest], registry, ...spec }) => ({
    ...spec,
    apiPort: api,
    ...(registry ? { registryPort } : {}),
    ports: Object.fromEntries(
      rest.map((hostPort, index) => [`endpoint${index}`, { hostPort, nodePort: 30_000 + index }]),
    ),
    builder: false,
  }));

test('k3d’s own parser understands every config that is written, as it is meant', async () => {
  const all = fc.sample(specs, { numRuns: 120, seed: 20_261_121 });
  const verdicts = await understood(all.map(k3dConfig));
  for (const [index, spec] of all.entries()) {
    const { error, config } = verdicts[index]!;
    expect(error).toBeUndefined();
    const ofRole = (role: string) => config.nodes.filter((node: any) => node.role === role);
    expect(config).toMatchObject({
      name: spec.name,
      kubeAPI: { host: '127.0.0.1', Binding: { HostIp: '127.0.0.1', HostPort: String(spec.apiPort) } },
      options: { waitForServer: true, timeout: 15 * 60e9 },
    });
    // Booleans that are false are left out.
    expect(config.kubeconfig).toEqual({});
    expect([ofRole('server').length, ofRole('agent').length]).toEqual([spec.servers, spec.agents]);
    for (const node of [...ofRole('server'), ...ofRole('agent')]) expect(node.image).toBe(spec.image);
    for (const node of config.nodes)
      expect(node.runtimeLabels).toMatchObject({ 'continuous-load.identity': identity(spec) });
    for (const node of ofRole('server'))
      expect(node.extraArgs ?? []).toEqual(spec.disable.map((part) => `--disable=${part}`));
    for (const node of ofRole('agent')) expect(node.extraArgs).toBeUndefined();
    const bound = Object.values<any>(ofRole('loadbalancer')[0].portMappings).flat();
    expect(new Set(bound.map(({ HostIp }) => HostIp))).toEqual(new Set(['127.0.0.1']));
    expect(bound.map(({ HostPort }) => Number(HostPort)).sort()).toEqual(
      [spec.apiPort, ...Object.values(spec.ports).map(({ hostPort }) => hostPort)].sort(),
    );
    const { create, config: mirrors } = config.options.registries;
    if (spec.registryPort === undefined) expect([create, mirrors]).toEqual([undefined, undefined]);
    else {
      const name = `k3d-${spec.name}-registry`;
      expect(create).toMatchObject({ host: name, image: 'docker.io/library/registry:2.8.3' });
      expect(JSON.stringify(create)).toContain(`"HostIp":"127.0.0.1","HostPort":"${spec.registryPort}"`);
      expect(JSON.stringify(mirrors)).toContain(`"127.0.0.1:${spec.registryPort}"`);
      expect(JSON.stringify(mirrors)).toContain(`http://${name}:5000`);
    }
  }
});

test('it would refuse what is no config of its', async () => {
  const right = k3dConfig(fc.sample(specs, { numRuns: 1, seed: 1 })[0]!) as any;
  const wrong = [
    { ...right, agent: 1 },
    { ...right, servers: 0 },
    { ...right, apiVersion: 'k3d.io/v2' },
    { ...right, metadata: { name: 'Not_a_host' } },
    { ...right, kubeAPI: { hostIP: '127.0.0.1', hostPort: 6443 } },
    { ...right, ports: [{ port: '127.0.0.1:99999:30090', nodeFilters: ['loadbalancer'] }] },
    { ...right, options: { runtime: { labels: [{ label: 'a=b', nodeFilters: ['nobody'] }] } } },
  ];
  for (const { error } of await understood(wrong)) expect(error).toEqual(expect.any(String));
});

describe('the real k3d on a scripted Docker', () => {
  let docker: DockerEndpoint;
  let home: string;
  beforeEach(async () => {
    docker = await new DockerEndpoint().listen();
    home = mkdtempSync(join(tmpdir(), 'k3d-home-'));
  });
  afterEach(async () => {
    await docker.close();
    rmSync(home, { recursive: true });
  });

  const k3d = async (args: string[], input = '', env: Record<string, string> = {}) => {
    const all = {
      ...process.env,
      HOME: home,
      XDG_CONFIG_HOME: home,
      DOCKER_HOST: `unix://${docker.socket}`,
      ...env,
    };
    const { code, stdout, stderr } = await run(programPath('k3d'), args, input, programEnvironment(all));
    expect({ code, said: code === 0 ? '' : stderr }).toEqual({ code: 0, said: '' });
    return stdout;
  };
  const spec: K3dSpec = {
    ...{ name: 'dev', image: k3sImage('1.34'), servers: 1, agents: 1, apiPort: 16443, registryPort: 15000 },
    ports: { prometheus: { hostPort: 19090, nodePort: 30090 } },
    ...{ disable: ['traefik', 'servicelb'], builder: false },
  };
  const create = (wanted: K3dSpec) =>
    k3d(['cluster', 'create', '--config', '-'], JSON.stringify(k3dConfig(wanted)));
  const found = () => ({ name: 'dev', nodes: parseNodes(docker.inspected('dev')) });
  const names = () => docker.containers.map(({ Name }) => Name.slice(1)).sort();

  test(
    'tells its version as the checks read it',
    async () => expect(await k3d(['version'])).toMatch(/^k3d version v5\.9\.0\n/),
    patienceMs,
  );

  test(
    'makes a cluster that is found whole and our own, and deletes all of it',
    async () => {
      // A variable of the user's must not change what is asked for.
      process.env['K3D_AGENTS'] = '7';
      try {
        await create(spec);
      } finally {
        Reflect.deleteProperty(process.env, 'K3D_AGENTS');
      }
      expect(names()).toEqual([
        'k3d-dev-agent-0',
        'k3d-dev-registry',
        'k3d-dev-server-0',
        'k3d-dev-serverlb',
      ]);
      expect(docker.calls.filter((call) => call.startsWith('unknown'))).toEqual([]);
      const cluster = found();
      expect([isOwn(cluster), isSame(cluster, spec), lacks(cluster, spec), stopped(cluster)]).toEqual([
        true,
        true,
        [],
        [],
      ]);
      expect(isSame(cluster, { ...spec, apiPort: 1 })).toBe(false);
      const server = docker.container('k3d-dev-server-0');
      expect(server.Config.Image).toBe(spec.image);
      expect(server.Config.Cmd).toEqual(
        expect.arrayContaining(['server', '--disable=traefik', '--disable=servicelb']),
      );
      expect(docker.container('k3d-dev-agent-0').Config.Cmd).toEqual(['agent']);
      expect(docker.container('k3d-dev-serverlb').HostConfig.PortBindings).toEqual({
        6443: [{ HostIp: '127.0.0.1', HostPort: '16443' }],
        '30090/tcp': [{ HostIp: '127.0.0.1', HostPort: '19090' }],
      });
      expect(docker.container('k3d-dev-registry').HostConfig.PortBindings).toEqual({
        '5000/tcp': [{ HostIp: '127.0.0.1', HostPort: '15000' }],
      });
      for (const node of ['k3d-dev-server-0', 'k3d-dev-agent-0']) {
        const { files } = docker.container(node);
        const registries = files['/etc/rancher/k3s/registries.yaml'] ?? '';
        for (const address of ['127.0.0.1:15000', 'k3d-dev-registry:15000'])
          expect(registries).toContain(address);
        expect(registries).toContain('http://k3d-dev-registry:5000');
      }
      // What the gateway's address outside relies on.
      expect(Object.entries(server.files).find(([file]) => file.endsWith('coredns.yaml'))?.[1]).toMatch(
        / k3d-dev-serverlb/,
      );
      const kubeconfig = await k3d(['kubeconfig', 'get', 'dev']);
      expect(kubeconfig).toContain('server: https://127.0.0.1:16443');

      docker.containers.forEach((container) => (container.status = 'exited'));
      expect(stopped(found())).toHaveLength(4);
      await k3d(['cluster', 'start', 'dev', '--wait', '--timeout', '5m0s']);
      expect(stopped(found())).toEqual([]);

      await k3d(['cluster', 'delete', 'dev']);
      const networks = docker.networks.map(({ Name }) => Name);
      expect({ left: names(), networks, volumes: docker.volumes }).toEqual({
        left: [],
        networks: ['bridge'],
        volumes: [],
      });
    },
    patienceMs,
  );

  test(
    'adds an agent to a cluster without any, and takes it away',
    async () => {
      await create({ ...spec, agents: 0 });
      const label = ['--runtime-label', `continuous-load.identity=${identity(spec)}`];
      await k3d([
        ...['node', 'create', 'dev-agent-0', '--cluster', 'dev', '--role', 'agent', '--image', spec.image],
        ...[...label, '--wait', '--timeout', '5m0s'],
      ]);
      const cluster = found();
      expect(names()).toContain('k3d-dev-agent-0-0');
      expect([isSame(cluster, spec), lacks(cluster, spec), stopped(cluster)]).toEqual([true, [], []]);
      const { Config, files } = docker.container('k3d-dev-agent-0-0');
      // No flag of the server that it was copied from.
      expect(Config.Cmd).toEqual(['agent']);
      expect(files['/etc/rancher/k3s/registries.yaml']).toContain('127.0.0.1:15000');
      await k3d(['node', 'delete', 'k3d-dev-agent-0-0']);
      expect(names()).toEqual(['k3d-dev-registry', 'k3d-dev-server-0', 'k3d-dev-serverlb']);
    },
    patienceMs,
  );
});

import type { ProgramName, RunOptions, Said } from '../../../lab/k3d/programs';

interface Container {
  cluster: string;
  role: string;
  name: string;
  image: string;
  status: string;
  identity?: string;
  ports: number[];
}

/** A program ended otherwise than well. */
class Ended extends Error {
  constructor(
    readonly code: number,
    words: string,
  ) {
    super(words);
  }
}

/** `docker` and `k3d` with a state, as far as clusters of ours use them: stands in for `run` and `demand`. */
export class FakePrograms {
  /** Programs that are not on PATH. */
  absent: ProgramName[] = [];
  /** Version of the engine; empty when none answers. */
  docker = '29.1.3';
  dockerSays = '';
  k3d = '5.9.0';
  buildx = true;
  containers: Container[] = [];
  networks: Record<string, string> = {};
  volumes: string[] = [];
  builders: string[] = [];
  /** Items of the list of persistent volumes inside the cluster. */
  volumesInside: unknown[] = [];
  /** Where k3d is killed in a creation. */
  failCreate: string | undefined;
  /** A deletion that deletes nothing. */
  stuck = false;
  /** The config of the last creation. */
  config: any;
  calls: string[] = [];

  /** Calls that change something, since the last time this was asked. */
  changes(): string[] {
    return this.calls.splice(0).filter((call) => / (create|delete|rm|start|exec) /.test(call));
  }

  run(program: ProgramName, args: readonly string[], { input = '' }: RunOptions = {}): Said {
    if (this.absent.includes(program)) return { code: 127, stdout: '', stderr: `${program} is not on PATH` };
    const line = [program, ...args].join(' ');
    this.calls.push(line);
    const answer = Object.entries(this.#answers).find(([words]) => `${line} `.startsWith(`${words} `))?.[1];
    if (answer === undefined) throw new Error(`the stand-in knows no ${line}`);
    try {
      return { code: 0, stdout: answer(args, input) ?? '', stderr: '' };
    } catch (error) {
      if (!(error instanceof Ended)) throw error;
      return { code: error.code, stdout: '', stderr: `${error.message}\n` };
    }
  }

  #of(cluster: string | undefined): Container[] {
    return this.containers.filter((container) => container.cluster === cluster);
  }

  #drop(cluster: string): void {
    this.containers = this.containers.filter((container) => container.cluster !== cluster);
    if (this.networks[`k3d-${cluster}`] === 'k3d') Reflect.deleteProperty(this.networks, `k3d-${cluster}`);
  }

  readonly #answers: Record<string, (args: readonly string[], input: string) => string | undefined> = {
    'docker info': () => this.docker || this.#end(1, this.dockerSays),
    'docker buildx version': () => (this.buildx ? 'v0.30' : this.#end(1, 'unknown command: buildx')),
    'docker buildx inspect': ([, , name = '']) => this.#known(this.builders, name),
    'docker buildx create': (args) => void this.builders.push(after(args, '--name')),
    'docker buildx rm': (args) => void (this.builders = this.builders.filter((name) => name !== args.at(-1))),
    'docker container ls': (args) =>
      this.#of(args.find((one) => one.startsWith('label=k3d.cluster='))?.split('=')[2])
        .map(({ name }) => `${name}\n`)
        .join(''),
    'docker container inspect': ([, , ...names]) =>
      JSON.stringify(names.map((name) => inspected(this.containers.find((one) => one.name === name)!))),
    'docker network inspect': (args) => this.networks[args.at(-1) ?? ''] ?? this.#end(1, 'No such network'),
    'docker network rm': (args) => void Reflect.deleteProperty(this.networks, args.at(-1) ?? ''),
    'docker volume inspect': (args) => this.#known(this.volumes, args.at(-1) ?? ''),
    'docker volume rm': (args) => void (this.volumes = this.volumes.filter((name) => name !== args.at(-1))),
    'docker exec': (args) =>
      args.includes('persistentvolumes') ? JSON.stringify({ items: this.volumesInside }) : '',
    'k3d version': () => `k3d version v${this.k3d}\nk3s version v1.32.5-k3s1 (default)\n`,
    'k3d cluster create': (_args, input) => this.#create(JSON.parse(input)),
    'k3d cluster start': ([, , name]) => {
      for (const node of this.#of(name)) node.status = 'running';
      return undefined;
    },
    'k3d cluster delete': ([, , name = '']) => {
      if (!this.stuck) this.#drop(name);
      return undefined;
    },
    'k3d node create': (args) =>
      void this.containers.push({
        ...{ cluster: after(args, '--cluster'), role: 'agent', name: `k3d-${args[2]}-0`, status: 'running' },
        ...{ image: after(args, '--image'), ports: [] },
        identity: after(args, '--runtime-label').split('=')[1]!,
      }),
    'k3d node delete': ([, , gone]) =>
      void (this.containers = this.containers.filter(({ name }) => name !== gone)),
    'k3d kubeconfig get': ([, , name]) => `---\nclusters: [{name: k3d-${name}}]\n`,
  };

  #create(config: any): undefined {
    this.config = config;
    const { name } = config.metadata;
    if (this.#of(name).length > 0) this.#end(1, 'FATA a cluster with that name already exists');
    const killed = (moment: string) => {
      if (this.failCreate === moment) this.#end(137, 'Killed');
    };
    const identity = config.options.runtime.labels[0].label.split('=')[1];
    const make = (role: string, of: string, ports: number[] = [], status = 'created') =>
      this.containers.push({
        ...{ cluster: name, role, name: `k3d-${name}-${of}`, image: config.image, status, ports },
        ...(role === 'registry' ? {} : { identity }),
      });
    this.networks[`k3d-${name}`] ??= 'k3d';
    killed('at the network');
    this.volumes.push(`k3d-${name}-images`);
    if (config.registries)
      make('registry', 'registry', [Number(config.registries.create.hostPort)], 'running');
    killed('after the registry');
    for (let i = 0; i < config.servers; i++) make('server', `server-${i}`);
    for (let i = 0; i < config.agents; i++) make('agent', `agent-${i}`);
    killed('before the load balancer');
    const ports = config.ports.map(({ port }: { port: string }) => Number(port.split(':')[1]));
    make('loadbalancer', 'serverlb', [Number(config.kubeAPI.hostPort), ...ports]);
    killed('before the start');
    if (this.failCreate === 'with a rollback') {
      this.#drop(name);
      this.#end(
        1,
        'ERRO Failed Cluster Start: \u001b[31mbind: in use\u001b[0m\nFATA all changes have been rolled back!',
      );
    }
    for (const node of this.#of(name)) node.status = 'running';
    return undefined;
  }

  #known(names: readonly string[], name: string): string {
    return names.includes(name) ? name : this.#end(1, `no such thing: ${name}`);
  }

  #end(code: number, words: string): never {
    throw new Ended(code, words);
  }
}

function after(args: readonly string[], option: string): string {
  return args[args.indexOf(option) + 1] ?? '';
}

/** A container as `docker container inspect` shows it. */
function inspected({ name, role, image, status, identity, ports }: Container) {
  const bindings = ports.map((port) => [`${port}/tcp`, [{ HostIp: '127.0.0.1', HostPort: String(port) }]]);
  const owner = identity === undefined ? {} : { 'continuous-load.identity': identity };
  return {
    Name: `/${name}`,
    State: { Status: status },
    Config: { Image: image, Labels: { 'k3d.role': role, ...owner } },
    HostConfig: { PortBindings: Object.fromEntries(bindings) },
  };
}

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { extract, pack } from 'tar-stream';

interface Container {
  Id: string;
  Name: string;
  Config: any;
  HostConfig: any;
  networks: string[];
  status: string;
  started: string;
  /** Files that were copied in, by path. */
  files: Record<string, string>;
}

/** What k3d waits for in the logs of its containers (k3d: pkg/types, ReadyLogMessagesByRoleAndIntent). */
const logs = [
  'Containerd is now running',
  'k3s is up and running',
  'Running kube-apiserver',
  'Cluster dns configmap',
  'Successfully registered node',
  'start worker processes',
  '',
].join('\n');

/** Files of a node that runs, which k3d reads. */
const nodeFiles: Record<string, string> = {
  hosts: '127.0.0.1 localhost\n',
  'coredns.yaml': 'kind: ConfigMap\napiVersion: v1\nmetadata: {name: coredns}\ndata: {NodeHosts: ""}\n',
  'kubeconfig.yaml':
    'apiVersion: v1\nkind: Config\nclusters: [{name: default, cluster: {server: "https://127.0.0.1:6443"}}]\n' +
    'users: [{name: default, user: {}}]\ncontexts: [{name: default, context: {cluster: default, user: default}}]\n' +
    'current-context: default\n',
};

/** The part of the Docker Engine API that k3d calls, on a unix socket, with containers that exist on paper only. */
export class DockerEndpoint {
  readonly #directory = mkdtempSync(join(tmpdir(), 'docker-endpoint-'));
  readonly socket = join(this.#directory, 'docker.sock');
  readonly calls: string[] = [];
  readonly containers: Container[] = [];
  networks: any[] = [{ Id: 'bridge', Name: 'bridge', Driver: 'bridge', Labels: {} }];
  volumes: any[] = [];
  readonly #server: Server;
  /** Ids of commands that read their standard input. */
  readonly #reading = new Set<string>();
  #count = 0;

  constructor() {
    this.#server = createServer((request, response) => {
      void this.#serve(request, response).catch((error: unknown) => this.#json(response, 500, String(error)));
    });
  }

  async listen(): Promise<this> {
    // An exec takes the connection over; every command succeeds without a word.
    this.#server.on('upgrade', (request, socket) => {
      socket.on('error', () => undefined);
      socket.on('end', () => socket.end());
      socket.resume();
      socket.write('HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n');
      // Only one that reads its input waits for the end of that.
      if (!this.#reading.has(request.url?.split('/').at(-2) ?? '')) socket.end();
    });
    await new Promise<void>((resolve) => this.#server.listen(this.socket, resolve));
    return this;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    rmSync(this.#directory, { recursive: true });
  }

  container(name: string): Container {
    const found = this.#find(name);
    if (!found)
      throw new Error(`no container ${name} of ${this.containers.map(({ Name }) => Name).join(', ')}`);
    return found;
  }

  /** What `docker container inspect` would print of a cluster's containers. */
  inspected(cluster: string): string {
    const own = this.containers.filter(({ Config }) => Config.Labels['k3d.cluster'] === cluster);
    return JSON.stringify(own.map((container) => this.#details(container)));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    const url = new URL(request.url ?? '', 'http://docker');
    const path = url.pathname.replace(/^\/v1\.\d+/, '');
    const call = `${request.method} ${path}`;
    const body = await buffer(request);
    if (request.method !== 'GET' && request.method !== 'HEAD') this.calls.push(call);
    const [, kind, id = '', verb] = path.split('/');
    const json = () => (body.length > 0 ? JSON.parse(body.toString()) : {});
    if (path === '/_ping')
      return this.#answer(response, 200, 'OK', { 'api-version': '1.51', ostype: 'linux' });
    if (path === '/info')
      return this.#json(response, 200, {
        ...{
          OSType: 'linux',
          OperatingSystem: 'Debian',
          Name: 'test',
          Driver: 'overlay2',
          Architecture: 'x86_64',
        },
        ...{ CgroupVersion: '2', CgroupDriver: 'systemd', ServerVersion: '29.1.3', DriverStatus: [] },
      });
    if (path === '/version') return this.#json(response, 200, { ApiVersion: '1.51', Version: '29.1.3' });
    if (kind === 'containers') return this.#containers(request, response, url, id, verb, json, body);
    if (kind === 'networks') return this.#networks(request, response, url, id, verb, json);
    if (kind === 'volumes') return this.#volumes(request, response, url, id, json);
    if (kind === 'exec') return this.#json(response, 200, { Running: false, ExitCode: 0 });
    if (kind === 'images') return this.#json(response, 200, []);
    this.calls.push(`unknown ${call}`);
    return this.#json(response, 404, { message: `the endpoint knows no ${call}` });
  }

  async #containers(
    { method }: IncomingMessage,
    response: ServerResponse,
    url: URL,
    id: string,
    verb: string | undefined,
    json: () => any,
    body: Buffer,
  ): Promise<unknown> {
    if (id === 'json') {
      const found = this.containers.filter((container) =>
        matches(url, container.Config.Labels, container.Name),
      );
      return this.#json(
        response,
        200,
        found.map((container) => this.#listed(container)),
      );
    }
    if (id === 'create') {
      const { HostConfig, NetworkingConfig, ...Config } = json();
      const networks = Object.keys(NetworkingConfig?.EndpointsConfig ?? {});
      const Name = `/${url.searchParams.get('name') ?? ''}`;
      const made = {
        ...{ Id: this.#newId(), Name, Config, HostConfig },
        ...{ networks, status: 'created', started: '' },
        files: {},
      };
      this.containers.push(made);
      return this.#json(response, 201, { Id: made.Id, Warnings: [] });
    }
    const container = this.#find(id);
    if (!container) return this.#json(response, 404, { message: `No such container: ${id}` });
    const path = url.searchParams.get('path') ?? '';
    switch (`${method ?? ''} ${verb ?? ''}`) {
      case 'GET json':
        return this.#json(response, 200, this.#details(container));
      case 'POST start':
        Object.assign(container, { status: 'running', started: new Date().toISOString() });
        return this.#answer(response, 204);
      case 'POST stop':
        container.status = 'exited';
        return this.#answer(response, 204);
      case 'DELETE ':
        this.containers.splice(this.containers.indexOf(container), 1);
        return this.#answer(response, 204);
      case 'POST exec': {
        const Id = this.#newId();
        if (json().AttachStdin) this.#reading.add(Id);
        return this.#json(response, 201, { Id });
      }
      case 'GET logs':
        return this.#answer(response, 200, logs);
      case 'PUT archive':
        Object.assign(container.files, await unpacked(body));
        return this.#answer(response, 200);
      case 'GET archive': {
        const name = path.split('/').pop() ?? '';
        const text = container.files[path] ?? nodeFiles[name];
        if (text === undefined) return this.#json(response, 404, { message: `no ${path}` });
        const stat = Buffer.from(JSON.stringify({ name, size: text.length, mode: 420 })).toString('base64');
        const archive = pack();
        archive.entry({ name }, text);
        archive.finalize();
        return this.#answer(response, 200, await buffer(archive), { 'x-docker-container-path-stat': stat });
      }
      default:
        this.calls.push(`unknown ${method ?? ''} ${verb ?? ''}`);
        return this.#json(response, 404, { message: `the endpoint knows no ${verb ?? 'such call'}` });
    }
  }

  #networks(
    { method }: IncomingMessage,
    response: ServerResponse,
    url: URL,
    id: string,
    verb: string | undefined,
    json: () => any,
  ): unknown {
    if (id === '' && method === 'GET')
      return this.#json(
        response,
        200,
        this.networks
          .filter(({ Labels, Name }) => matches(url, Labels, Name))
          .map((one) => this.#network(one)),
      );
    if (id === 'create') {
      const made = { Id: this.#newId(), Driver: 'bridge', ...json() };
      this.networks.push(made);
      return this.#json(response, 201, { Id: made.Id });
    }
    const network = this.networks.find(({ Id, Name }) => Id === id || Name === id);
    if (!network) return this.#json(response, 404, { message: `network ${id} not found` });
    if (verb === 'connect') {
      const container = this.#find(json().Container);
      container?.networks.push(network.Name);
      return this.#answer(response, 200);
    }
    if (verb === 'disconnect') {
      const container = this.#find(json().Container);
      if (container) container.networks = container.networks.filter((name) => name !== network.Name);
      return this.#answer(response, 200);
    }
    if (method === 'DELETE') {
      this.networks = this.networks.filter((one) => one !== network);
      return this.#answer(response, 204);
    }
    return this.#json(response, 200, this.#network(network));
  }

  #volumes(
    { method }: IncomingMessage,
    response: ServerResponse,
    url: URL,
    id: string,
    json: () => any,
  ): unknown {
    if (id === '')
      return this.#json(response, 200, {
        Volumes: this.volumes.filter(({ Labels, Name }) => matches(url, Labels, Name)),
      });
    if (id === 'create') {
      const made = { Driver: 'local', Scope: 'local', Mountpoint: '/', ...json() };
      this.volumes.push(made);
      return this.#json(response, 201, made);
    }
    const volume = this.volumes.find(({ Name }) => Name === id);
    if (!volume) return this.#json(response, 404, { message: `no volume ${id}` });
    if (method !== 'DELETE') return this.#json(response, 200, volume);
    this.volumes = this.volumes.filter((one) => one !== volume);
    return this.#answer(response, 204);
  }

  #find(id: string): Container | undefined {
    return this.containers.find(({ Id, Name }) => Id === id || Name === `/${id}`);
  }

  #listed({ Id, Name, Config, status }: Container) {
    return { Id, Names: [Name], Image: Config.Image, Labels: Config.Labels, State: status };
  }

  #details(container: Container) {
    const { Id, Name, Config, HostConfig, networks, status, started } = container;
    const address = (name: string) => ({
      NetworkID: name,
      IPAddress: `172.28.0.${2 + this.containers.indexOf(container)}`,
      Gateway: '172.28.0.1',
    });
    return {
      ...{ Id, Name, Config, HostConfig, Image: `sha256:${Id}`, Created: started, Mounts: [] },
      State: { Status: status, Running: status === 'running', StartedAt: started },
      NetworkSettings: { Networks: Object.fromEntries(networks.map((name) => [name, address(name)])) },
    };
  }

  #network(network: any) {
    const members = this.containers.filter(
      ({ networks, status }) => status === 'running' && networks.includes(network.Name),
    );
    const inside = members.map((one) => [
      one.Id,
      { Name: one.Name.slice(1), IPv4Address: `172.28.0.${2 + this.containers.indexOf(one)}/16` },
    ]);
    return {
      ...network,
      IPAM: { Driver: 'default', Config: [{ Subnet: '172.28.0.0/16', Gateway: '172.28.0.1' }] },
      Containers: Object.fromEntries(inside),
    };
  }

  #newId(): string {
    return (++this.#count).toString(16).padStart(64, '0');
  }

  #json(response: ServerResponse, status: number, value: unknown): unknown {
    return this.#answer(response, status, JSON.stringify(value), { 'content-type': 'application/json' });
  }

  #answer(
    response: ServerResponse,
    status: number,
    body: string | Buffer = '',
    headers: Record<string, string> = {},
  ): unknown {
    return response.writeHead(status, headers).end(body);
  }
}

/** Whether labels and name are what the query's filters ask for. */
function matches(url: URL, labels: Record<string, string> | null, name: string): boolean {
  const filters = JSON.parse(url.searchParams.get('filters') ?? '{}') as Record<
    string,
    Record<string, boolean>
  >;
  const wanted = (key: string) => Object.keys(filters[key] ?? {});
  return (
    wanted('label').every((label) => {
      const [key = '', value] = label.split('=');
      return value === undefined ? key in (labels ?? {}) : labels?.[key] === value;
    }) &&
    wanted('name').every(
      (pattern) => new RegExp(pattern).test(name) || new RegExp(pattern).test(name.slice(1)),
    )
  );
}

async function unpacked(archive: Buffer): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  const extraction = extract();
  extraction.end(archive);
  for await (const entry of extraction) {
    const name = entry.header.name.startsWith('/') ? entry.header.name : `/${entry.header.name}`;
    files[name] = (await buffer(entry)).toString();
  }
  return files;
}

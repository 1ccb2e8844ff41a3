import { createHash } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { homedir } from 'node:os';
import { KubeConfig } from '@kubernetes/client-node';
import { parse } from 'yaml';
import type { Properties } from '../values';
import { ApiError } from './api-error';

/** Which cluster, from the provider's inputs. */
export interface ConnectionSettings {
  /** Contents or path; absent means `$KUBECONFIG`, `~/.kube/config` or the pod's own account. */
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly cluster?: string;
}

/** One request to the API server. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Path with its query, from `/`. */
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
  /** How often a lost connection or a 429/503 is tried again; default 4, about four seconds. */
  readonly retries?: number;
  /** Default 30 000. */
  readonly timeoutMs?: number;
}

const lost = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'EAI_AGAIN']);
const busy = new Set([429, 503]);

/** Reads a kubeconfig as the provider's inputs say. Throws a sentence when the context or cluster named is not in it. */
export function readKubeconfig({ kubeconfig, context, cluster }: ConnectionSettings): KubeConfig {
  const config = new KubeConfig();
  if (kubeconfig === undefined || kubeconfig === '') config.loadFromDefault();
  else if (/[{\n]/.test(kubeconfig)) {
    config.loadFromString(kubeconfig);
    readTokenFiles(config, kubeconfig);
  } else config.loadFromFile(kubeconfig.replace(/^~(?=\/|$)/, homedir()));
  if (context !== undefined && context !== '') {
    if (!config.getContextObject(context)) throw new Error(`the kubeconfig has no context \`${context}\``);
    config.setCurrentContext(context);
  }
  if (cluster !== undefined && cluster !== '') {
    if (!config.getCluster(cluster)) throw new Error(`the kubeconfig has no cluster \`${cluster}\``);
    const current = config.getCurrentContext();
    config.contexts = config.contexts.map((each) => (each.name === current ? { ...each, cluster } : each));
  }
  return config;
}

/** `tokenFile` of a user, which kubectl and the official provider know and client-node does not read, though it can read such a file. */
function readTokenFiles(config: KubeConfig, kubeconfig: string): void {
  const { users } =
    (parse(kubeconfig) as { users?: { name?: string; user?: { tokenFile?: string } }[] } | null) ?? {};
  config.users = config.users.map((user) => {
    const tokenFile = users?.find(({ name }) => name === user.name)?.user?.tokenFile;
    return tokenFile === undefined
      ? user
      : { ...user, authProvider: { name: 'tokenFile', config: { tokenFile } } };
  });
}

/** JSON over HTTPS to one API server, with the credentials of a kubeconfig (client certificates, tokens, exec plugins, proxies). */
export class Connection {
  readonly #config: KubeConfig;
  #agent: { readonly key: string; readonly agent: https.Agent } | undefined;

  constructor(settings: ConnectionSettings) {
    this.#config = readKubeconfig(settings);
  }

  /** Namespace of the current context. */
  get namespace(): string {
    return this.#config.getContextObject(this.#config.getCurrentContext())?.namespace ?? 'default';
  }

  /** URL of the API server; undefined when the kubeconfig has no current cluster. */
  get server(): string | undefined {
    return this.#config.getCurrentCluster()?.server;
  }

  /** Sends a request and gives the JSON answer. Throws an `ApiError`, or the network's error. */
  async request(call: Call): Promise<Properties> {
    return JSON.parse(await this.text(call)) as Properties;
  }

  /** Sends a request and gives the answer's text (logs). Throws like `request`. */
  async text(call: Call): Promise<string> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#once(call);
      } catch (error) {
        const again =
          error instanceof ApiError
            ? busy.has(error.code)
            : lost.has(String((error as NodeJS.ErrnoException).code));
        if (!again || attempt >= (call.retries ?? 4)) throw error;
        await new Promise((resolve) => setTimeout(resolve, 250 * 2 ** attempt));
      }
    }
  }

  async #once({
    method,
    path,
    body,
    contentType = 'application/json',
    timeoutMs = 30_000,
  }: Call): Promise<string> {
    const server = this.server;
    if (!server) throw new Error('no cluster: the kubeconfig has no current context');
    const url = new URL(server.replace(/\/$/, '') + path);
    const options: https.RequestOptions = { method, headers: { accept: 'application/json' } };
    await this.#config.applyToHTTPSOptions(options);
    options.agent = this.#pool(options);
    const data = body === undefined ? undefined : JSON.stringify(body);
    if (data !== undefined) {
      const headers = { 'content-type': contentType, 'content-length': String(Buffer.byteLength(data)) };
      options.headers = { ...(options.headers as http.OutgoingHttpHeaders), ...headers };
    }
    return new Promise((resolve, reject) => {
      const request = (url.protocol === 'https:' ? https : http).request(url, options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const code = response.statusCode ?? 0;
          if (code < 300) resolve(text);
          else reject(new ApiError(code, statusOf(text)));
        });
      });
      request.setTimeout(timeoutMs, () => {
        request.destroy(
          new Error(`${method} ${url.host}${path.split('?')[0] ?? ''}: no answer in ${timeoutMs / 1000} s`),
        );
      });
      request.on('error', reject);
      request.end(data);
    });
  }

  /** One pool of kept connections; a new one when the credentials rotate. A proxy's agent is the library's own. */
  #pool(options: https.RequestOptions): http.Agent | false | undefined {
    const cluster = this.#config.getCurrentCluster();
    if (cluster?.proxyUrl || cluster?.server.startsWith('http:')) return options.agent as http.Agent;
    const { ca, cert, key, pfx, passphrase, servername } = options;
    const digest = createHash('sha256');
    for (const part of [ca, cert, key, pfx])
      digest.update(part === undefined ? '-' : Buffer.from(part as Buffer | string));
    const id = digest.digest('hex');
    if (this.#agent?.key !== id) {
      const kept = Object.entries({ ca, cert, key, pfx, passphrase, servername }).filter(
        ([, value]) => value !== undefined,
      );
      const agent = new https.Agent({
        ...Object.fromEntries(kept),
        keepAlive: true,
        maxSockets: 32,
        rejectUnauthorized: !(cluster?.skipTLSVerify ?? false),
      });
      this.#agent = { key: id, agent };
    }
    return this.#agent.agent;
  }
}

function statusOf(text: string): Properties {
  try {
    return JSON.parse(text) as Properties;
  } catch {
    return { message: text.slice(0, 500) };
  }
}

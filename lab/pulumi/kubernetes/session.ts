import type { Failure } from '../provider';
import { hasUnknown, type Properties, unknownValue } from '../values';
import { Cluster } from './cluster';
import { readKubeconfig, type ConnectionSettings } from './connection';
import { truthy } from './object';

const probeTimeoutMs = 3000;

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** Which cluster a provider's inputs mean. */
export function connectionSettings(config: Properties): ConnectionSettings {
  const { kubeconfig, context, cluster } = config;
  const known = Object.entries({ kubeconfig, context, cluster }).filter(
    ([, value]) => text(value) !== undefined,
  );
  return Object.fromEntries(known);
}

/** URL of the API server that a provider's inputs mean; undefined when it cannot be told. */
export function serverOf(config: Properties): string | undefined {
  try {
    return readKubeconfig(connectionSettings(config)).getCurrentCluster()?.server;
  } catch {
    return undefined;
  }
}

/** Provider inputs that the stand-in cannot honour. */
export function unsupportedSettings(config: Properties): Failure[] {
  const failures: Failure[] = [];
  if (text(config['renderYamlToDirectory']) !== undefined) {
    failures.push({
      property: 'renderYamlToDirectory',
      reason: "the lab's own kubernetes provider writes no YAML files",
    });
  }
  if (config['enableServerSideApply'] === false || config['enableServerSideApply'] === 'false') {
    failures.push({
      property: 'enableServerSideApply',
      reason: "the lab's own kubernetes provider always applies server-side",
    });
  }
  return failures;
}

/** What one configured provider knows: its settings and its cluster, which may not answer yet. */
export class Session {
  #cluster: Cluster | undefined;
  #problem: Error | undefined;

  private constructor(readonly config: Properties) {}

  /** Reads the settings and asks the cluster once, for at most three seconds. Never throws: a preview works without a cluster. */
  static async open(config: Properties): Promise<Session> {
    const session = new Session(config);
    if (hasUnknown(config['kubeconfig']) || config['context'] === unknownValue) {
      session.#problem = new Error('the cluster is not known yet');
      return session;
    }
    try {
      await session.cluster.probe(probeTimeoutMs);
    } catch (error) {
      session.#fail(error);
    }
    return session;
  }

  #fail(error: unknown): Error {
    const why =
      error instanceof Error ? error.message || String((error as NodeJS.ErrnoException).code) : String(error);
    return (this.#problem = new Error(`the cluster${serverText(this.config)} cannot be reached: ${why}`));
  }

  /** The cluster, whether or not it answers. Throws when the kubeconfig cannot be read. */
  get cluster(): Cluster {
    return (this.#cluster ??= new Cluster(connectionSettings(this.config)));
  }

  /** Whether the cluster answered when it was last asked. */
  isReachable(): boolean {
    return this.#problem === undefined;
  }

  /** The cluster, asked once more when it did not answer before: the same run may just have made it. Throws a sentence. */
  async reach(): Promise<Cluster> {
    if (this.#problem === undefined) return this.cluster;
    try {
      await this.cluster.probe(probeTimeoutMs);
      this.#problem = undefined;
    } catch (error) {
      throw this.#fail(error);
    }
    return this.cluster;
  }

  /** Namespace of objects that name none. */
  get namespace(): string {
    return text(this.config['namespace']) ?? this.cluster.connection.namespace;
  }

  /** Whether a boolean setting is on. */
  isOn(setting: string): boolean {
    return truthy(this.config[setting]);
  }
}

function serverText(config: Properties): string {
  const server = serverOf(config);
  return server === undefined ? '' : ` at ${server}`;
}

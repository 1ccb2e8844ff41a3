import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkout } from '../../../../commands/stack/stack';
import { kubectl } from '../../../../lab/cluster/kubectl';
import { labAddresses, labPaths } from '../../../../lab/cluster/spec';
import type { StackUnderTest } from '../../support/stack-under-test';
import type { Stage } from '../row';
import type { Answered, Behaviour, Order, Reply } from './behaviour';

/** A port of a Service that a stand-in, or a list of pods, serves. */
export interface ServedPort {
  readonly name: string;
  readonly protocol: 'TCP' | 'UDP';
  readonly port: number;
}

/** What a stand-in stands for. */
export interface StandInPlace {
  readonly kind: 'http' | 'dns';
  readonly namespace: string;
  readonly service: string;
  /** Port that the stand-in listens on, in the network of the lab's control plane. */
  readonly listens: number;
  /** Ports of the Service that lead to it. */
  readonly ports: readonly Omit<ServedPort, 'port'>[];
  /** Ports of the Service that go on leading to the real pods. */
  readonly kept: readonly ServedPort[];
  /** Label of the real pods. */
  readonly pods: string;
  /** What must be done once the stand-in is in its place, such as ending connections to what it stands for. */
  readonly settle?: () => Promise<void>;
}

/** A label that no pod has. */
const nobody = 'e2e.continuous-load/nobody';

/**
 * A process of the test that stands behind a Service in place of its pods, on the control plane's address. First it answers as they
 * would, so that a fault is one order to it, at once and for every request; it knows exactly what it answered.
 */
export class StandIn implements Stage {
  private child: ChildProcess | undefined;

  constructor(
    private readonly stack: StackUnderTest,
    private readonly place: StandInPlace,
  ) {}

  /** Starts it and puts it behind the Service. */
  async open(): Promise<void> {
    const { namespace, service, kept, ports, listens, pods } = this.place;
    const addresses = await this.podAddresses(namespace, pods);
    const { controlPlane } = labAddresses(this.stack.lab);
    await this.start(controlPlane, addresses[0] ?? '');
    await this.apply(
      slice(
        service,
        namespace,
        'stand-in',
        [controlPlane],
        ports.map((port) => ({ ...port, port: listens })),
      ),
    );
    if (kept.length > 0) await this.apply(slice(service, namespace, 'kept', addresses, kept));
    await this.select(JSON.stringify('true'));
    await this.place.settle?.();
  }

  /** Gives the Service its pods back. */
  async close(): Promise<void> {
    const { namespace, service } = this.place;
    await this.select('null');
    const words = ['delete', 'endpointslice', `${service}-stand-in`, `${service}-kept`, '--ignore-not-found'];
    await this.stack.kubectl('-n', namespace, ...words);
    // nothing comes any more once every node has heard of it; what is under way ends in good order
    await sleep(3_000);
    this.child?.disconnect();
    this.child = undefined;
  }

  /** From now on it answers so; resolves when it does. */
  async behave(behaviour: Behaviour): Promise<void> {
    await this.order({ behave: behaviour });
  }

  /** Everything it answered since it was started. */
  async answered(): Promise<readonly Answered[]> {
    const reply = await this.order({ report: true });
    return 'answered' in reply ? reply.answered : [];
  }

  private async start(address: string, upstream: string): Promise<void> {
    const { kind, listens } = this.place;
    const script = join(checkout, 'test/e2e/matrix/stand-in/server.ts');
    const network = labPaths(this.stack.lab).namespace('cp');
    this.child = spawn(
      'nsenter',
      [
        `--net=${network}`,
        process.execPath,
        '--import',
        'tsx',
        script,
        kind,
        address,
        String(listens),
        upstream,
      ],
      { cwd: checkout, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
    );
    await this.reply();
  }

  private async order(order: Order): Promise<Reply> {
    const reply = this.reply();
    this.child?.send(order);
    return reply;
  }

  private async reply(): Promise<Reply> {
    if (!this.child) throw new Error(`nothing stands in for ${this.place.service}`);
    const [reply] = (await once(this.child, 'message', { signal: AbortSignal.timeout(30_000) })) as [Reply];
    return reply;
  }

  private async podAddresses(namespace: string, label: string): Promise<string[]> {
    const template = '{range .items[*]}{.status.podIP}{"\\n"}{end}';
    const found = await this.stack.kubectl(
      '-n',
      namespace,
      'get',
      'pods',
      '-l',
      label,
      '-o',
      `jsonpath=${template}`,
    );
    return found.trim().split('\n');
  }

  private async apply(object: object): Promise<void> {
    await kubectl(this.stack.lab, ['apply', '-f', '-'], JSON.stringify(object));
  }

  /** Adds a label that no pod has to the Service's selector, or takes it out again: its other endpoints are ours. */
  private async select(value: string): Promise<void> {
    const patch = `{"spec":{"selector":{"${nobody}":${value}}}}`;
    const { namespace, service } = this.place;
    await this.stack.kubectl('-n', namespace, 'patch', 'service', service, '--type=merge', '-p', patch);
  }
}

/** Endpoints of a Service that no controller looks after. */
function slice(
  service: string,
  namespace: string,
  part: string,
  addresses: readonly string[],
  ports: readonly ServedPort[],
): object {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `${service}-${part}`,
      namespace,
      labels: {
        'kubernetes.io/service-name': service,
        'endpointslice.kubernetes.io/managed-by': 'e2e.continuous-load',
      },
    },
    addressType: 'IPv4',
    endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
    ports,
  };
}

import { type ChildProcess, spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { namespaceNames } from '../../../components/names';
import { labPaths } from '../../../lab/cluster/spec';
import { programPath } from '../../../lab/toolchain/toolchain';
import { list, type Cluster } from './kubernetes';

/** One line that podinfo logged. */
export interface LogLine {
  readonly workload: string;
  readonly pod: string;
  readonly timeMs: number;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

const lookEveryMs = 700;

/** Follows the logs of every pod of some workloads from its beginning, pods that come later and pods that go included. */
export class PodLogs {
  readonly lines: LogLine[] = [];
  private readonly children = new Map<string, ChildProcess>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly cluster: Cluster,
    private readonly lab: string,
    private readonly workloads: readonly string[],
  ) {}

  /** Begins to follow; resolves when the logs of the pods that are there now are being read. */
  async start(): Promise<void> {
    await this.look();
    const again = () => {
      this.timer = setTimeout(
        () =>
          void this.look()
            .catch(() => undefined)
            .finally(again),
        lookEveryMs,
      );
    };
    again();
  }

  /** Stops following. */
  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    for (const child of this.children.values()) child.kill('SIGKILL');
  }

  private async look(): Promise<void> {
    const selector = `app.kubernetes.io/name in (${this.workloads.join(',')})`;
    for (const pod of await list(this.cluster, '-n', namespaceNames.load, 'pods', '-l', selector)) {
      const { uid, name, labels } = pod.metadata;
      const started = pod.status?.containerStatuses?.some(
        (container: { started?: boolean }) => container.started,
      );
      if (this.children.has(uid) || !started) continue;
      this.children.set(uid, this.follow(name, labels?.['app.kubernetes.io/name'] ?? ''));
    }
  }

  private follow(pod: string, workload: string): ChildProcess {
    const program = join(dirname(programPath('kube')), 'kubectl');
    const words = ['-n', namespaceNames.load, 'logs', '--follow', '--timestamps', pod];
    const child = spawn(program, [`--kubeconfig=${labPaths(this.lab).kubeconfig}`, ...words], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      const parsed = parse(line);
      if (parsed) this.lines.push({ workload, pod, ...parsed });
    });
    return child;
  }
}

function parse(line: string): Pick<LogLine, 'timeMs' | 'message' | 'fields'> | undefined {
  const blank = line.indexOf(' ');
  try {
    const fields = JSON.parse(line.slice(blank + 1)) as Record<string, unknown>;
    return { timeMs: Date.parse(line.slice(0, blank)), message: String(fields['msg']), fields };
  } catch {
    return undefined;
  }
}

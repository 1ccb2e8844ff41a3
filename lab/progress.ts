/** How long work tells its reader what it is doing; every slow function of the lab takes one. */
export interface Progress {
  /** A step begins; the step before it is done. */
  step(message: string): void;
  /** What the current step is at; replaces the detail before it. */
  detail(message: string): void;
  /** A line that stays: a reason, a warning, a choice made. */
  note(message: string): void;
  /** The last step is over: done (default) or failed. Nothing is shown live after it. */
  end(outcome?: 'done' | 'failed'): void;
}

/** What a progress needs of its output; `process.stderr` is one. */
export interface ProgressOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/**
 * A progress on `output` (default stderr, so that stdout stays free for data). On a terminal the running step is one live line
 * with its elapsed time; elsewhere each step is a plain line and a detail follows at most every `detailEveryMs` (default 30 s).
 */
export function createProgress(output: ProgressOutput = process.stderr, detailEveryMs = 30_000): Progress {
  return output.isTTY ? new LiveProgress(output) : new PlainProgress(output, detailEveryMs);
}

/** A progress that shows nothing, for tests and for `--json`. */
export const silentProgress: Progress = { step() {}, detail() {}, note() {}, end() {} };

/** A duration in ms as people read it: `0.4 s`, `12 s`, `3m 05s`, `1h 02m`. */
export function formatDuration(durationMs: number): string {
  const seconds = Math.max(0, durationMs) / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}m ${String(whole % 60).padStart(2, '0')}s`;
  return `${Math.floor(minutes / 60)}h ${String(minutes % 60).padStart(2, '0')}m`;
}

class LiveProgress implements Progress {
  private current: { message: string; detail: string; startedMs: number } | undefined;
  private timer: NodeJS.Timeout | undefined;
  private frame = 0;

  constructor(private readonly output: ProgressOutput) {}

  step(message: string): void {
    this.finish('✔');
    this.current = { message, detail: '', startedMs: Date.now() };
    this.timer ??= setInterval(() => this.draw(), 200).unref();
    this.draw();
  }

  detail(message: string): void {
    if (this.current) this.current.detail = message;
    else this.note(message);
    this.draw();
  }

  note(message: string): void {
    this.output.write(`${this.current ? '\r\x1b[2K' : ''}  ${message}\n`);
    this.draw();
  }

  end(outcome: 'done' | 'failed' = 'done'): void {
    this.finish(outcome === 'done' ? '✔' : '✖');
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private draw(): void {
    if (!this.current) return;
    this.frame = (this.frame + 1) % frames.length;
    const { message, detail, startedMs } = this.current;
    const line = `${frames[this.frame] ?? ''} ${message}${detail && ` · ${detail}`} · ${formatDuration(Date.now() - startedMs)}`;
    // One character short of the width: a full line would wrap, and a wrapped line cannot be redrawn.
    this.output.write(`\r\x1b[2K${line.slice(0, (this.output.columns ?? 80) - 1)}`);
  }

  private finish(mark: string): void {
    if (!this.current) return;
    const { message, startedMs } = this.current;
    this.output.write(`\r\x1b[2K${mark} ${message} (${formatDuration(Date.now() - startedMs)})\n`);
    this.current = undefined;
  }
}

class PlainProgress implements Progress {
  private current: { message: string; startedMs: number; detailMs: number } | undefined;

  constructor(
    private readonly output: ProgressOutput,
    private readonly detailEveryMs: number,
  ) {}

  step(message: string): void {
    this.current = { message, startedMs: Date.now(), detailMs: Date.now() };
    this.output.write(`${message}\n`);
  }

  detail(message: string): void {
    const nowMs = Date.now();
    if (this.current && nowMs - this.current.detailMs < this.detailEveryMs) return;
    if (this.current) this.current.detailMs = nowMs;
    this.output.write(`  ${message}\n`);
  }

  note(message: string): void {
    this.output.write(`  ${message}\n`);
  }

  end(outcome: 'done' | 'failed' = 'done'): void {
    if (outcome === 'failed' && this.current) {
      this.output.write(
        `failed: ${this.current.message} (after ${formatDuration(Date.now() - this.current.startedMs)})\n`,
      );
    }
    this.current = undefined;
  }
}

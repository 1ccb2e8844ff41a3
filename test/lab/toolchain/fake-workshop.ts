import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Progress } from '../../../lab/progress';
import type { Workshop } from '../../../lab/toolchain/workshop';

/** A Go that obeys files in its directory: `version`, `slow` (seconds), `fail-<program>` (its output). */
const fakeGo = `#!/bin/sh
here=$(dirname "$0")
case "$1" in
  env)
    printf '{"GOVERSION":"go%s","GOCACHE":"%s/gocache","GOPROXY":"https://proxy.invalid"}' "$(cat "$here/version")" "$here" ;;
  list)
    [ "$2" = -m ] && echo "$here/module" && exit
    echo "$PWD: $@" >> "$here/lists"
    [ -e "$here/no-network" ] && exit 1 ;;
  build)
    env > "$here/environment"
    pwd >> "$here/calls"
    echo "$@" >> "$here/calls"
    while [ $# -gt 1 ]; do [ "$1" = -o ] && output=$2; shift; done
    echo "go: downloading example.com/$1 v1.0.0" >&2
    echo half > "$output"
    echo $$ > "$here/pid"
    [ -e "$here/slow" ] && sleep "$(cat "$here/slow")"
    name=$(basename "$output")
    if [ -e "$here/fail-$name" ]; then cat "$here/fail-$name" >&2; exit 1; fi
    printf '#!/bin/sh\\necho printed by %s\\n' "$name" > "$output"
    chmod 755 "$output" ;;
esac
`;

/** A workshop with two tiny families, a fake Go on PATH and an own cache directory; `remove` restores the environment. */
export class FakeWorkshop {
  readonly directory = mkdtempSync(join(tmpdir(), 'toolchain-test-'));
  readonly bin = join(this.directory, 'bin');
  readonly cache = join(this.directory, 'cache', 'continuous-load');
  readonly said: string[] = [];
  readonly workshop: Workshop = {
    modules: join(this.directory, 'modules'),
    minimumFreeBytes: 1,
    families: {
      one: {
        directory: 'one',
        programs: { alpha: { package: './alpha', version: '1.2.3', estimateSeconds: 10, links: ['alias'] } },
        products: [
          { file: 'printed.txt', printedBy: 'alpha' },
          { file: 'copied.html', module: 'example.com/one', path: 'ui/vue.html' },
        ],
      },
      two: {
        directory: 'two',
        programs: {
          beta: { package: 'example.com/beta', estimateSeconds: 20, tags: ['a', 'b'], ldflags: ['-X v=1'] },
          gamma: { package: 'example.com/gamma', estimateSeconds: 2 },
        },
      },
    },
  };
  readonly progress: Progress = {
    step: (message) => void this.said.push(message),
    detail: (message) => void this.said.push(message),
    note: (message) => void this.said.push(message),
    end: (outcome) => void this.said.push(`end ${outcome ?? 'done'}`),
  };
  private readonly environment = { ...process.env };

  constructor() {
    mkdirSync(join(this.bin, 'module', 'ui'), { recursive: true });
    writeFileSync(join(this.bin, 'module', 'ui', 'vue.html'), '<page>');
    writeFileSync(join(this.bin, 'go'), fakeGo);
    chmodSync(join(this.bin, 'go'), 0o755);
    this.set('version', '1.26.8');
    for (const name of ['one', 'two']) {
      mkdirSync(join(this.workshop.modules, name), { recursive: true });
      this.module(name, 'go.mod', `module local/${name}\n\ngo 1.26\n`);
      this.module(name, 'go.sum', 'example.com/x v1.0.0 h1:abc=\n');
      this.module(name, 'main.go', 'package main\n');
    }
    process.env['PATH'] = [this.bin, '/usr/bin', '/bin', '/usr/sbin', '/sbin'].join(delimiter);
    process.env['XDG_CACHE_HOME'] = join(this.directory, 'cache');
  }

  /** Sets a file that the fake Go obeys. */
  set(name: string, content: string): void {
    writeFileSync(join(this.bin, name), content);
  }

  /** Writes a file of a wrapper module. */
  module(family: string, file: string, content: string): void {
    writeFileSync(join(this.workshop.modules, family, file), content);
  }

  /** The `go build` command lines so far. */
  builds(): string[] {
    const calls = join(this.bin, 'calls');
    return existsSync(calls)
      ? readFileSync(calls, 'utf8')
          .split('\n')
          .filter((line) => line.startsWith('build '))
      : [];
  }

  /** What was asked for by `go list -deps` so far, with the directory. */
  lists(): string[] {
    const lists = join(this.bin, 'lists');
    return existsSync(lists) ? readFileSync(lists, 'utf8').trim().split('\n') : [];
  }

  /** The environment of the last `go build`. */
  goEnvironment(): Record<string, string> {
    const lines = readFileSync(join(this.bin, 'environment'), 'utf8').split('\n');
    return Object.fromEntries(lines.map((line) => [line.split('=')[0], line.split('=').slice(1).join('=')]));
  }

  remove(): void {
    for (const name of Object.keys(process.env)) {
      if (!(name in this.environment)) Reflect.deleteProperty(process.env, name);
    }
    Object.assign(process.env, this.environment);
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** The error that a promise rejects with; fails when it does not. */
export async function rejection(promise: Promise<unknown>): Promise<Error> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error as Error,
  );
  if (!outcome) throw new Error('it was expected to fail');
  return outcome;
}

/** Waits until `condition` holds, at most `withinMs`. */
export async function until(condition: () => boolean, withinMs = 120_000): Promise<void> {
  const endMs = Date.now() + withinMs;
  while (!condition()) {
    if (Date.now() > endMs) throw new Error('it did not come true in time');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

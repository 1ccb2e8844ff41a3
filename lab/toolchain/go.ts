import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { runChild, type ChildOptions, type ChildOutcome } from './child';
import { ToolchainError } from './toolchain-error';
import { compareVersions } from './versions';

/** A Go that can compile what was asked, with the environment in which it gives the same result for everyone. */
export interface Go {
  /** Such as `1.26.8`. */
  readonly version: string;
  readonly env: NodeJS.ProcessEnv;
  /** Where Go keeps what it compiled. */
  readonly cache: string;
  /** Where modules are downloaded from, for messages. */
  readonly proxy: string;
}

/** Settings that say where modules come from and where caches lie, but do not change what is compiled. */
const harmless = [
  'GOPROXY',
  'GONOPROXY',
  'GOPRIVATE',
  'GOSUMDB',
  'GONOSUMDB',
  'GOINSECURE',
  'GOVCS',
  'GOAUTH',
  'GOMODCACHE',
  'GOCACHE',
  'GOMAXPROCS',
  'GOMEMLIMIT',
  'GOGC',
  'GOROOT',
  'GOPATH',
];

const settingsSchema = z.looseObject({ GOVERSION: z.string(), GOCACHE: z.string(), GOPROXY: z.string() });
const processors: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/**
 * Finds Go on PATH and makes sure that it is at least the version that the modules in `moduleDirectories` ask for. The environment
 * given back keeps the user's proxy and cache settings and drops the rest (GOFLAGS, GOEXPERIMENT, GOWORK, cgo …), which would make
 * other binaries under the same cache key. Throws a ToolchainError when Go is missing, broken or too old.
 */
export async function findGo(moduleDirectories: readonly string[], signal?: AbortSignal): Promise<Go> {
  const needed = moduleDirectories
    .map(neededVersion)
    .reduce((a, b) => (compareVersions(a, b) < 0 ? b : a), '1.0');
  const settings = await readSettings(needed, signal);
  const version = /^go(\d+(?:\.\d+)*)/.exec(settings.GOVERSION)?.[1] ?? '0';
  if (compareVersions(version, needed) < 0) {
    throw new ToolchainError(
      `Go ${version} is too old: the lab's programs need Go ${needed} or newer. Install it from https://go.dev/dl/ and put it first on PATH.`,
    );
  }
  return { version, env: environment(settings), cache: settings.GOCACHE, proxy: settings.GOPROXY };
}

/** Runs `go` in a module's directory; resolves whatever its exit code is. */
export async function runGo(
  go: Go,
  args: readonly string[],
  options: ChildOptions & { env?: NodeJS.ProcessEnv },
): Promise<ChildOutcome> {
  return runChild('go', args, { ...options, env: { ...go.env, ...options.env } });
}

async function readSettings(needed: string, signal?: AbortSignal): Promise<z.infer<typeof settingsSchema>> {
  const env = { ...process.env, GOTOOLCHAIN: 'local', GOWORK: 'off' };
  const { code, stdout, lines } = await runChild('go', ['env', '-json'], { env, signal });
  // 127 is how setpriv, like a shell, reports that the program is not on PATH.
  if (code === 127) {
    throw new ToolchainError(
      `Go is not on PATH. The lab compiles its programs and needs Go ${needed} or newer: install it from https://go.dev/dl/ ` +
        'and add its bin directory (usually /usr/local/go/bin) to PATH.',
    );
  }
  try {
    if (code === 0) return settingsSchema.parse(JSON.parse(stdout));
  } catch {
    // Told below, with what it said instead.
  }
  throw new ToolchainError(
    `\`go env -json\` does not work (${lines.slice(-3).join(' ') || 'no output'}). Is the Go on PATH whole?`,
  );
}

function environment(settings: Record<string, unknown>): NodeJS.ProcessEnv {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(GO|CGO_)/.test(name)));
  for (const name of harmless) {
    const value = process.env[name] ?? settings[name];
    if (typeof value === 'string' && value !== '') env[name] = value;
  }
  if (process.env['GOROOT'] === undefined) delete env['GOROOT'];
  return {
    ...env,
    GOENV: 'off',
    GOFLAGS: '-mod=readonly',
    GOTOOLCHAIN: 'local',
    GOWORK: 'off',
    GOOS: 'linux',
    GOARCH: processors[process.arch] ?? process.arch,
    CGO_ENABLED: '0',
  };
}

/** The version in a module's `go` line. */
function neededVersion(directory: string): string {
  return /^go (\d+(?:\.\d+)*)/m.exec(readFileSync(join(directory, 'go.mod'), 'utf8'))?.[1] ?? '1.0';
}

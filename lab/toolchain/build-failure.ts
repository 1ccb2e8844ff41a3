import { ToolchainError } from './toolchain-error';

/** What is known about a `go build` that failed. */
export interface BuildFailure {
  readonly program: string;
  readonly family: string;
  readonly moduleDirectory: string;
  /** The command line that failed, without its environment. */
  readonly command: string;
  readonly proxy: string;
  readonly lines: readonly string[];
}

const shownLines = 15;

/** Causes that go's output gives away, most telling first, each with its way out. */
const causes: readonly { pattern: RegExp; wayOut: (failure: BuildFailure) => string }[] = [
  {
    pattern: /no space left on device/i,
    wayOut: () =>
      'The disk is full: free some space (`go clean -cache` gives back much) and run the command again.',
  },
  {
    pattern: /signal: killed|cannot allocate memory/i,
    wayOut: () =>
      'The compiler was killed, most likely for lack of memory: free some (about 3 GiB are needed), or set GOMAXPROCS=1.',
  },
  {
    pattern: /checksum mismatch|SECURITY ERROR|missing go\.sum entry|updates to go\.(mod|sum) needed/i,
    wayOut: ({ moduleDirectory }) =>
      `go.mod or go.sum in ${moduleDirectory} does not fit what was downloaded: restore both from version control, ` +
      'and run `go clean -modcache` if that does not help.',
  },
  {
    pattern:
      /dial tcp|no such host|i\/o timeout|proxyconnect|TLS handshake|connection refused|: (40[134]|410|5\d\d) |reading https?:/i,
    wayOut: ({ proxy }) =>
      `A module could not be downloaded (GOPROXY is ${proxy}): check the network, or point GOPROXY to a proxy that answers, and run the command again.`,
  },
];

/** The error for a failed build: names program, family and module, shows the end of go's output and the way out. */
export function buildFailure(failure: BuildFailure): ToolchainError {
  const output = failure.lines.filter((line) => !line.startsWith('go: downloading ')).slice(-shownLines);
  const cause = causes.find(({ pattern }) => output.some((line) => pattern.test(line)));
  const wayOut =
    cause?.wayOut(failure) ??
    `To see it by hand: cd ${failure.moduleDirectory} && CGO_ENABLED=0 ${failure.command}`;
  return new ToolchainError(
    [
      `${failure.program} (family ${failure.family}, module ${failure.moduleDirectory}) could not be compiled. Go said:`,
      ...(output.length > 0 ? output : ['nothing']).map((line) => `  ${line}`),
      wayOut,
      'What is compiled already is kept.',
    ].join('\n'),
  );
}

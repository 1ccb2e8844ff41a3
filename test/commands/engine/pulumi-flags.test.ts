import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findStrayArguments, flagsOf, requireKnownArguments } from '../../../commands/engine/pulumi-flags';

const help = `Create or update the resources in a stack.

Usage:
  pulumi up [template|url] [flags]

Aliases:
  up, update

Flags:
      --diff                 Display operation as a rich diff showing the overall change
  -m, --message string       Optional message to associate with --nothing the update operation
  -y, --yes                  Automatically approve
  -t, --target stringArray   Specify resources -x

Global Flags:
      --color string         Colorize output
`;
const own = ['--config-file', '--set', '--no-wait', '--stack'];

test('flags are read as the help lists them, not where it speaks of them', () => {
  expect([...flagsOf(help)]).toEqual([
    '--diff',
    '-m',
    '--message',
    '-y',
    '--yes',
    '-t',
    '--target',
    '--color',
  ]);
});

test.each<[string[], RegExp | undefined]>([
  [['--diff', '--yes', '-y', '--color=never'], undefined],
  [['--target', 'urn:x', '-t', 'urn:y', '--message=two words'], undefined],
  [['--message', '- begins with a dash'], undefined],
  [['--dif'], /^--dif is an unknown flag \(did you mean --diff\?\)$/],
  [['--no-wiat'], /did you mean --no-wait\?/],
  [['--no-wait=5'], /^--no-wait takes no value$/],
  [['--frobnicate'], /^--frobnicate is an unknown flag$/],
  [['-q'], /^-q is an unknown flag/],
  [['dev'], /'dev' is no flag, and no value of one/],
  [['--color=never', 'dev'], /'dev' is no flag/],
])('%j', (rest, words) => {
  const found = findStrayArguments(rest, flagsOf(help), own);
  if (words === undefined) expect(found).toEqual([]);
  else expect([found.length, found[0]]).toEqual([1, expect.stringMatching(words)]);
});

describe('a CLI that is asked', () => {
  let directory: string;
  const cli = (script: string) => {
    const command = join(directory, 'pulumi');
    writeFileSync(command, `#!/bin/sh\n${script}\n`);
    chmodSync(command, 0o755);
    return { command, env: process.env };
  };
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'flags-'))));
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  test('tells what it takes; all that it does not is refused at once', async () => {
    const engine = cli(`[ "$*" = "up --help" ] && cat <<'END'\n${help}END`);
    await expect(requireKnownArguments(engine, 'up', ['--diff'], own)).resolves.toBeUndefined();
    await expect(requireKnownArguments(engine, 'up', ['dev', '--dif'], own)).rejects.toMatchObject({
      name: 'Failure',
      exitCode: 1,
      message: expect.stringMatching(/'dev' is no flag[^]*--dif is an unknown flag[^]*Nothing was changed/),
    });
  });

  test('that cannot tell holds nobody back; where nothing is handed on it is not asked', async () => {
    await expect(requireKnownArguments(cli('exit 1'), 'up', ['--dif'], own)).resolves.toBeUndefined();
    const engine = { command: '/no/such/program', env: process.env };
    await expect(requireKnownArguments(engine, 'up', [], own)).resolves.toBeUndefined();
  });
});

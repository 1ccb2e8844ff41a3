import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Command } from 'commander';
import { listLabs, readLab, setNodeConnected, startNode, stopNode } from '../lab/cluster/lab';
import { logTail } from '../lab/cluster/machine';
import { labPaths, machineNames } from '../lab/cluster/spec';
import { cacheDirectory } from '../lab/directories';
import { programsToCompile } from '../lab/toolchain/host-programs';
import { prepareCaches } from './stack/prepare-lab';
import { Failure } from './terminal/failure';
import { runVerb, type Terminal } from './terminal/verb';

interface LabOption {
  readonly lab?: string;
}

/** The lab that is meant. Throws a Failure when none is named and there is not exactly one. */
async function chosen({ lab: name }: LabOption): Promise<string> {
  if (name !== undefined) return name;
  const names = await listLabs();
  if (names.length === 1 && names[0] !== undefined) return names[0];
  throw new Failure(
    names.length === 0
      ? 'There is no lab on this machine.'
      : `Which lab? Name it with --lab: ${names.join(', ')}.`,
  );
}

/** `npm run lab -- list | compile | stop-node | start-node | cut-node | join-node | logs`: a thin hand on labs, beside Pulumi. */
export async function lab(argv: readonly string[], terminal: Terminal): Promise<void> {
  const { progress, interruption, print } = terminal;
  const command = new Command('npm run lab --').description(
    'Look at labs, break their nodes, or compile what they are made of.',
  );
  const verb = (name: string, description: string) =>
    command
      .command(name)
      .description(description)
      .option('-l, --lab <name>', 'the lab; the only one there is, if not given');

  command
    .command('list')
    .description('List the labs of this machine.')
    .action(async () => print(await describeLabs()));
  command
    .command('compile')
    .description(
      'Compile and pack what labs are made of, where the cache has not got it; up does so by itself.',
    )
    .action(async () => {
      await prepareCaches(await interruption.guard(programsToCompile()), progress, interruption);
      print(`What labs are made of is in ${cacheDirectory()}.\n\nNext:\n  npm run up`);
    });
  verb('stop-node <node>', 'Power a node off, as if its plug were pulled.').action(
    async (node: string, options: LabOption) => {
      progress.step(`powering ${node} off`);
      await interruption.guard(stopNode(await chosen(options), node));
    },
  );
  verb('start-node <node>', 'Power a node on and wait until it is ready.').action(
    async (node: string, options: LabOption) => {
      progress.step(`powering ${node} on`);
      await interruption.guard(startNode(await chosen(options), node, (message) => progress.detail(message)));
    },
  );
  verb('cut-node <node>', 'Cut a node off from all others: a partition.').action(
    async (node: string, options: LabOption) => {
      progress.step(`cutting ${node} off`);
      await interruption.guard(setNodeConnected(await chosen(options), node, false));
    },
  );
  verb('join-node <node>', 'Join a node again that was cut off.').action(
    async (node: string, options: LabOption) => {
      progress.step(`joining ${node}`);
      await interruption.guard(setNodeConnected(await chosen(options), node, true));
    },
  );
  verb(
    'logs <machine> [program]',
    'Print the end of the logs of cp, node1, …; of one program of it, or of all.',
  )
    .option('-n, --lines <count>', 'how many lines of each', parseCount, 20)
    .action(async (machine: string, program: string | undefined, options: LabOption & { lines: number }) =>
      print(await readLogs(await chosen(options), machine, program, options.lines)),
    );
  await command.parseAsync([...argv], { from: 'user' });
}

async function describeLabs(): Promise<string> {
  const names = await listLabs();
  if (names.length === 0) return 'There is no lab on this machine.';
  const lines = names.map(async (name) => {
    const state = await readLab(name);
    if (!state) return `${name}: gone`;
    const { spec, dead } = state;
    return `${name}: ${spec.nodes} nodes, API server on 127.0.0.1:${spec.apiPort}, ${dead.length === 0 ? 'on' : `off: ${dead.join(', ')}`}`;
  });
  return (await Promise.all(lines)).join('\n');
}

async function readLogs(
  name: string,
  machine: string,
  program: string | undefined,
  lines: number,
): Promise<string> {
  const state = await readLab(name);
  if (!state) throw new Failure(`There is no lab '${name}'; \`npm run lab -- list\` names those there are.`);
  const machines = machineNames(state.spec);
  if (!machines.includes(machine))
    throw new Failure(`Lab '${name}' has no machine '${machine}'; it has ${machines.join(', ')}.`);
  const directory = labPaths(name).machine(machine).log;
  const files = existsSync(directory) ? readdirSync(directory).filter((file) => file.endsWith('.log')) : [];
  const wanted = program === undefined ? files : files.filter((file) => basename(file, '.log') === program);
  if (wanted.length === 0) {
    const known = files.map((file) => basename(file, '.log')).join(', ') || 'none';
    throw new Failure(
      `${machine} of lab '${name}' has no log${program === undefined ? '' : ` of '${program}'`}; logs there are: ${known}.`,
    );
  }
  return wanted
    .map((file) => `== ${join(directory, file)}\n${logTail(join(directory, file), lines)}`)
    .join('\n');
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1)
    throw new Failure(`--lines ${text}: write a whole number of at least 1.`);
  return count;
}

if (require.main === module) void runVerb('lab', (terminal) => lab(process.argv.slice(2), terminal));

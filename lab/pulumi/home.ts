import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, sep } from 'node:path';
import { cacheDirectory, makePrivate, stateDirectory } from '../directories';
import { hostProgram } from '../toolchain/host-programs';
import { bundlePlugin, checkoutDirectory } from './launcher';
import { hardLinkTo, linkTo } from './links';
import { installStandIn, linkOfficialPlugins, standIns } from './plugins';

/** Pulumi as the lab uses it. */
export interface PulumiHome {
  /** `$PULUMI_HOME`: plugins, versions, workspaces. */
  readonly home: string;
  /** The CLI; its language host and shims lie beside it. */
  readonly cli: string;
  /** What the CLI needs in its environment, over the caller's own. */
  readonly env: Record<string, string>;
}

/** Where the lab's Pulumi home lies, made or not. */
export function pulumiHomeDirectory(): string {
  return join(stateDirectory(), 'pulumi');
}

/** What a caller may choose; tests put their own places. */
export interface PulumiHomeOptions {
  /** The CLI to use; default: an official one on PATH at an accepted version, else the compiled one. */
  readonly cli?: string;
  /** The user's own Pulumi home, from which official plugins are taken; default `$PULUMI_HOME` or `~/.pulumi`; null for none of them. */
  readonly userHome?: string | null;
  /** Where it lies; default {@link pulumiHomeDirectory}. */
  readonly home?: string;
}

/** Version of the npm package `pulumi`, which looks for its CLI under `versions/<version>/bin`. */
function npmVersion(): string {
  const file = join(checkoutDirectory, 'node_modules', 'pulumi', 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

const hostName = 'pulumi-language-nodejs';

/** Directory of an official CLI with a language host of its own; undefined for a compiled one, or for a link that we made. */
function officialDirectory(cli: string, home: string): string | undefined {
  const places = [dirname(cli), existsSync(cli) ? dirname(realpathSync(cli)) : dirname(cli)];
  return places.find(
    (place) => !`${place}${sep}`.startsWith(`${home}${sep}`) && existsSync(join(place, hostName)),
  );
}

/** Links the CLI and what belongs beside it into one directory, where the CLI, the npm package and the engine look. */
function linkPrograms(cli: string, home: string): string {
  const bin = join(home, 'versions', npmVersion(), 'bin');
  mkdirSync(bin, { recursive: true });
  const real = existsSync(cli) ? realpathSync(cli) : cli; // a link to itself would be made when our own link is given
  const official = officialDirectory(cli, home);
  const beside = official ?? join(__dirname, 'language-host');
  for (const name of readdirSync(beside)) {
    if (name.startsWith('pulumi-') && !name.endsWith('.js')) linkTo(join(bin, name), join(beside, name));
  }
  // The engine looks for its language host beside the file that runs, links resolved, and warns of one found on PATH only.
  if (official === undefined && existsSync(real)) hardLinkTo(join(bin, 'pulumi'), real);
  else linkTo(join(bin, 'pulumi'), real);
  return join(bin, 'pulumi');
}

/** Makes the passphrase of the lab's secrets once; only its owner can read it. */
function ensurePassphrase(file: string): void {
  if (!existsSync(file))
    writeFileSync(file, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
}

/**
 * The CLI writes every property of every resource into a compressed log of each run: half of the time of a run that changes nothing
 * (15 s against 8 s for 64 resources) and 10 MB, and has no switch for it. It goes on without where the directory cannot be made.
 */
function withoutAutomaticLogs(home: string): void {
  const logs = join(home, 'logs');
  if (existsSync(logs) && !statSync(logs).isDirectory()) return;
  rmSync(logs, { recursive: true, force: true });
  writeFileSync(
    logs,
    'A file here keeps Pulumi from writing its automatic logs; `-v=9 --logtostderr` shows them.\n',
  );
}

function environment(home: string, cli: string, labPlugin: string): Record<string, string> {
  const passphraseFile = join(home, 'passphrase');
  const backend = makePrivate(join(home, 'backend'));
  ensurePassphrase(passphraseFile);
  return {
    PULUMI_HOME: home,
    // Without `metadata=skip` each file has a companion that is not written at once: an engine killed in between leaves it empty, and
    // no later run could read the stack (gocloud.dev/blob/fileblob, setAttrs).
    PULUMI_BACKEND_URL: `file://${backend}?metadata=skip`,
    PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile,
    // The CLI prefers this variable to the file: a user's own, meant for other stacks, must not reach the lab.
    ...(process.env['PULUMI_CONFIG_PASSPHRASE'] === undefined
      ? {}
      : { PULUMI_CONFIG_PASSPHRASE: readFileSync(passphraseFile, 'utf8').trim() }),
    // read by lab/pulumi/plugin/pulumi-resource-lab
    CONTINUOUS_LOAD_LAB_PLUGIN: labPlugin,
    PULUMI_SKIP_UPDATE_CHECK: 'true',
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
    PULUMI_DISABLE_REGISTRY_RESOLVE: 'true',
    PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK: 'true',
    PATH: [
      dirname(cli),
      ...(process.env['PATH'] ?? '').split(delimiter).filter((place) => place !== dirname(cli)),
    ].join(delimiter),
  };
}

/**
 * Makes `$state/pulumi` what the CLI and the npm package `pulumi` need without a download: CLI, language host, plugins, file backend and
 * passphrase. Costs milliseconds when nothing is to do. Official programs and plugins of the user come before the lab's own.
 */
export async function ensurePulumiHome(options: PulumiHomeOptions = {}): Promise<PulumiHome> {
  const home = options.home ?? pulumiHomeDirectory();
  if (options.home === undefined) makePrivate(stateDirectory());
  makePrivate(home);
  const { userHome = process.env['PULUMI_HOME'] ?? join(homedir(), '.pulumi') } = options;
  const plugins = join(home, 'plugins');
  if (userHome !== null && userHome !== home) linkOfficialPlugins(plugins, join(userHome, 'plugins'));
  const cache = join(cacheDirectory(), 'pulumi-plugins');
  for (const standIn of standIns) await installStandIn(standIn, plugins, cache);
  const cli = linkPrograms(options.cli ?? (await hostProgram('pulumi')), home);
  const labPlugin = await bundlePlugin('lab', join(__dirname, 'lab-provider.ts'), cache);
  withoutAutomaticLogs(home);
  return { home, cli, env: environment(home, cli, labPlugin) };
}

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bundlePlugin, checkoutDirectory, launcherScript, writeIfChanged } from './launcher';
import { linkTarget, linkTo } from './links';

/** A provider of this directory that stands in for an official plugin. */
export interface StandIn {
  readonly name: string;
  /** npm package whose version the plugin must have. */
  readonly package: string;
  /** Source file that serves it. */
  readonly entry: string;
}

/** The providers that the lab can do without a download. */
export const standIns: readonly StandIn[] = ['kubernetes', 'random'].map((name) => ({
  name,
  package: `@pulumi/${name}`,
  entry: join(__dirname, name, 'main.ts'),
}));

/** Version of an installed package's plugin, with its `v`. */
export function pluginVersion(packageName: string, checkout = checkoutDirectory): string {
  const file = join(checkout, 'node_modules', packageName, 'package.json');
  const { version, pulumi } = JSON.parse(readFileSync(file, 'utf8')) as {
    version: string;
    pulumi?: { version?: string };
  };
  return `v${(pulumi?.version ?? version).replace(/^v/, '')}`;
}

/** Whether a plugin directory was installed whole: the CLI leaves a `.partial` file beside one that was not. */
function isInstalled(directory: string): boolean {
  if (existsSync(`${directory}.partial`)) return false;
  const name = /resource-(.+)-v[^-]+.*$/.exec(directory.split('/').pop() ?? '')?.[1] ?? '';
  return (
    existsSync(join(directory, `pulumi-resource-${name}`)) || existsSync(join(directory, 'PulumiPlugin.yaml'))
  );
}

/** Links every official provider plugin of the user's home, and drops links whose target has gone; gives the names linked. */
export function linkOfficialPlugins(plugins: string, userPlugins: string): string[] {
  mkdirSync(plugins, { recursive: true });
  for (const entry of readdirSync(plugins)) {
    const target = linkTarget(join(plugins, entry));
    if (target !== undefined && !existsSync(target)) rmSync(join(plugins, entry));
  }
  if (!existsSync(userPlugins)) return [];
  const official = readdirSync(userPlugins).filter(
    (entry) =>
      entry.startsWith('resource-') && !entry.endsWith('.lock') && isInstalled(join(userPlugins, entry)),
  );
  for (const entry of official) linkTo(join(plugins, entry), join(userPlugins, entry));
  return official;
}

/** Puts a stand-in into a plugins directory, unless the official plugin of the same version is linked there. */
export async function installStandIn(
  standIn: StandIn,
  plugins: string,
  cache: string,
): Promise<'official' | 'stand-in'> {
  const directory = join(plugins, `resource-${standIn.name}-${pluginVersion(standIn.package)}`);
  if (linkTarget(directory) !== undefined) return 'official';
  mkdirSync(directory, { recursive: true });
  const bundle = await bundlePlugin(standIn.name, standIn.entry, cache);
  writeIfChanged(
    join(directory, `pulumi-resource-${standIn.name}`),
    launcherScript(bundle, standIn.entry),
    0o755,
  );
  return 'stand-in';
}

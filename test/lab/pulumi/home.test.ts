import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensurePulumiHome } from '../../../lab/pulumi/home';
import { pluginVersion } from '../../../lab/pulumi/plugins';

jest.setTimeout(60_000); // the first test bundles the plugins

let root: string;
const cache = mkdtempSync(join(tmpdir(), 'home-cache-'));
afterAll(() => rmSync(cache, { recursive: true, force: true }));
const before = { ...process.env };
const program = (path: string) => {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, '#!/bin/sh\n', { mode: 0o755 });
  return path;
};
const plugin = (home: string, name: string) =>
  join(home, 'plugins', `resource-${name}-${pluginVersion(`@pulumi/${name}`)}`);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'home-'));
  process.env['XDG_STATE_HOME'] = join(root, 'state');
  process.env['XDG_CACHE_HOME'] = cache;
  delete process.env['PULUMI_CONFIG_PASSPHRASE'];
});
afterEach(() => {
  process.env = { ...before };
  rmSync(root, { recursive: true, force: true });
});
const options = () => ({ cli: program(join(root, 'compiled/pulumi')), userHome: join(root, 'user') });

test('a fresh machine gets a CLI with our host, both stand-ins, a private backend and a passphrase', async () => {
  const { home, cli, env } = await ensurePulumiHome(options());
  expect(cli).toBe(join(home, 'versions', '3.259.0', 'bin', 'pulumi'));
  expect(readlinkSync(join(cli, '../pulumi-language-nodejs'))).toMatch(
    /lab\/pulumi\/language-host\/pulumi-language-nodejs$/,
  );
  expect(existsSync(join(cli, '../pulumi-resource-pulumi-nodejs'))).toBe(true);
  expect(lstatSync(cli).isSymbolicLink()).toBe(false); // the engine resolves links and would not find its host
  for (const name of ['kubernetes', 'random']) {
    const launcher = join(plugin(home, name), `pulumi-resource-${name}`);
    expect(statSync(launcher).mode & 0o777).toBe(0o755);
    expect(readFileSync(launcher, 'utf8')).toContain(`lab/pulumi/${name}/main.ts`);
  }
  const passphrase = env['PULUMI_CONFIG_PASSPHRASE_FILE']!;
  expect(statSync(passphrase).mode & 0o777).toBe(0o600);
  expect(readFileSync(passphrase, 'utf8').trim().length).toBeGreaterThan(30);
  for (const directory of [home, join(home, 'backend')]) expect(statSync(directory).mode & 0o777).toBe(0o700);
  expect(env['PATH']!.startsWith(join(cli, '..'))).toBe(true);
});

test('again changes nothing', async () => {
  const first = await ensurePulumiHome(options());
  const times = () =>
    [
      first.cli,
      first.env['PULUMI_CONFIG_PASSPHRASE_FILE']!,
      join(plugin(first.home, 'random'), 'pulumi-resource-random'),
    ].map((file) => [statSync(file).ino, statSync(file).mtimeMs]);
  const stamps = times();
  const again = { ...options(), cli: join(root, 'compiled/pulumi') };
  await ensurePulumiHome(again);
  expect(times().slice(1)).toEqual(stamps.slice(1));
  expect(await ensurePulumiHome({ ...again, cli: first.cli })).toEqual(first); // our own link given back
});

test('official plugins are linked and the stand-ins are not; when they go, the stand-ins come back', async () => {
  const official = plugin(join(root, 'user'), 'kubernetes');
  program(join(official, 'pulumi-resource-kubernetes'));
  program(join(root, 'user/plugins/resource-aws-v7.0.0/pulumi-resource-aws'));
  const half = plugin(join(root, 'user'), 'random');
  program(join(half, 'pulumi-resource-random'));
  writeFileSync(`${half}.partial`, ''); // an install that broke off
  const { home } = await ensurePulumiHome(options());
  expect(readlinkSync(plugin(home, 'kubernetes'))).toBe(official);
  expect(existsSync(join(home, 'plugins/resource-aws-v7.0.0/pulumi-resource-aws'))).toBe(true);
  expect(lstatSync(plugin(home, 'random')).isDirectory()).toBe(true);
  rmSync(official, { recursive: true });
  await ensurePulumiHome(options());
  expect(lstatSync(plugin(home, 'kubernetes')).isDirectory()).toBe(true);
  program(join(official, 'pulumi-resource-kubernetes')); // installed later: takes over
  await ensurePulumiHome(options());
  expect(readlinkSync(plugin(home, 'kubernetes'))).toBe(official);
});

test('an official CLI keeps its own language host', async () => {
  const cli = program(join(root, 'official/pulumi'));
  const host = program(join(root, 'official/pulumi-language-nodejs'));
  const home = await ensurePulumiHome({ cli, userHome: join(root, 'user') });
  expect(readlinkSync(join(home.cli, '../pulumi-language-nodejs'))).toBe(host);
});

test("a user's own passphrase does not reach the lab", async () => {
  process.env['PULUMI_CONFIG_PASSPHRASE'] = 'for production';
  const { env } = await ensurePulumiHome(options());
  expect(env['PULUMI_CONFIG_PASSPHRASE']).toBe(
    readFileSync(env['PULUMI_CONFIG_PASSPHRASE_FILE']!, 'utf8').trim(),
  );
});

test.each(['kubernetes', 'random'])(
  'the %s launcher answers with a port, and ends at once on SIGINT',
  async (name) => {
    const { home } = await ensurePulumiHome(options());
    const script = readFileSync(join(plugin(home, name), `pulumi-resource-${name}`), 'utf8');
    expect(existsSync(/-f '([^']+)'/.exec(script)?.[1] ?? '')).toBe(true); // a bundle: 0.2 s instead of 2.6 s
    const child = spawn(join(plugin(home, name), `pulumi-resource-${name}`), [], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exit = new Promise((resolve) => child.once('exit', resolve));
    const port = await new Promise<string>((resolve) =>
      child.stdout.once('data', (data: Buffer) => resolve(data.toString())),
    );
    expect(port).toMatch(/^\d+\n$/);
    child.kill('SIGINT');
    expect(await exit).toBe(0);
  },
);

test('lies elsewhere when asked, and takes nothing of the user’s', async () => {
  const elsewhere = join(root, 'elsewhere');
  const official = join(root, 'user', 'plugins', `resource-aws-v1.0.0`);
  program(join(official, 'pulumi-resource-aws'));
  process.env['PULUMI_HOME'] = join(root, 'user');
  const { home, env } = await ensurePulumiHome({ ...options(), userHome: null, home: elsewhere });
  expect(home).toBe(elsewhere);
  expect(env['PULUMI_BACKEND_URL']).toContain(elsewhere);
  expect(existsSync(plugin(home, 'kubernetes'))).toBe(true);
  expect(existsSync(join(home, 'plugins', 'resource-aws-v1.0.0'))).toBe(false);
  expect(existsSync(join(root, 'state'))).toBe(false);
});

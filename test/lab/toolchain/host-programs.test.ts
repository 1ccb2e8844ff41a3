import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { hostProgram, programsToCompile } from '../../../lab/toolchain/host-programs';
import { programPath } from '../../../lab/toolchain/toolchain';
import { compareVersions } from '../../../lab/toolchain/versions';
import { FakeWorkshop } from './fake-workshop';

let fake: FakeWorkshop;
beforeEach(() => (fake = new FakeWorkshop()));
afterEach(() => fake.remove());

/** Puts a program first on PATH that prints `output`. */
function install(path: string, output: string, code = 0): string {
  const file = join(fake.directory, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\necho '${output}'\nexit ${code}\n`);
  chmodSync(file, 0o755);
  process.env['PATH'] = [dirname(file), '/usr/bin', '/bin'].join(delimiter);
  return file;
}

test.each([
  ['3.259.0', true],
  ['3.300.1', true],
  ['3.258.9', false],
  ['4.0.0', false],
])('pulumi %s on PATH with its language host: used %s', async (version, used) => {
  install('tools/pulumi-language-nodejs', '');
  const pulumi = install('tools/pulumi', `v${version}`);
  expect(await hostProgram('pulumi')).toBe(used ? pulumi : programPath('pulumi'));
  expect((await programsToCompile()).includes('pulumi')).toBe(!used);
});

test('a pulumi without its language host is not used', async () => {
  install('tools/pulumi', 'v3.260.0');
  expect(await hostProgram('pulumi')).toBe(programPath('pulumi'));
});

test('the language host may lie beside the file that a link on PATH leads to', async () => {
  install('opt/pulumi/pulumi-language-nodejs', '');
  const real = install('opt/pulumi/pulumi', 'v3.260.0');
  const link = join(fake.bin, 'pulumi');
  symlinkSync(real, link);
  process.env['PATH'] = [fake.bin, '/usr/bin', '/bin'].join(delimiter);
  expect(await hostProgram('pulumi')).toBe(link);
});

test('nothing below node_modules is used, linked or not', async () => {
  install('project/node_modules/.bin/pulumi-language-nodejs', '');
  const shim = install('project/node_modules/.bin/pulumi', 'v3.260.0');
  expect(await hostProgram('pulumi')).toBe(programPath('pulumi'));
  install('tools/pulumi-language-nodejs', '');
  symlinkSync(shim, join(fake.directory, 'tools', 'pulumi'));
  expect(await hostProgram('pulumi')).toBe(programPath('pulumi'));
});

test('a program that fails, is no program or prints no version is not used', async () => {
  install('tools/promtool', 'promtool, version 3.14.1', 1);
  expect(await hostProgram('promtool')).toBe(programPath('promtool'));
  install('tools/promtool', 'hello');
  expect(await hostProgram('promtool')).toBe(programPath('promtool'));
  chmodSync(install('tools/promtool', 'promtool, version 3.14.1'), 0o644);
  expect(await hostProgram('promtool')).toBe(programPath('promtool'));
});

test('promtool and kubectl are used at an accepted version', async () => {
  const promtool = install('tools/promtool', 'promtool, version 3.14.1 (branch: HEAD)');
  expect(await hostProgram('promtool')).toBe(promtool);
  const kubectl = install('tools/kubectl', 'Client Version: v1.35.2');
  expect(await hostProgram('kubectl')).toBe(kubectl);
  install('tools/kubectl', 'Client Version: v1.36.0');
  expect(await hostProgram('kubectl')).toBe(join(dirname(programPath('kube')), 'kubectl'));
});

test.each([
  ['1.9', '1.10', -1],
  ['v3.259.0', '3.259', 0],
  ['1.26.8', '1.26', 1],
  ['2', '1.99.99', 1],
])('compareVersions(%s, %s)', (a, b, sign) => {
  expect(Math.sign(compareVersions(a, b))).toBe(sign);
  expect(Math.sign(compareVersions(b, a))).toBe(sign === 0 ? 0 : -sign);
});

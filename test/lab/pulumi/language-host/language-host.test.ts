import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const { providerPackages, requiredPlugins } = jest.requireActual(
  '../../../../lab/pulumi/language-host/required-plugins.js',
);
const { nodeArguments, nodeDirectories, typescriptVariables } = jest.requireActual(
  '../../../../lab/pulumi/language-host/runtime.js',
);

let root: string;
const write = (path: string, content: object) => {
  mkdirSync(join(root, path), { recursive: true });
  writeFileSync(join(root, path, 'package.json'), JSON.stringify(content));
};
const provider = (name: string, version: string, more: object = {}) => ({
  name: `@pulumi/${name}`,
  version,
  pulumi: { resource: true, name },
  dependencies: { '@pulumi/pulumi': '3' },
  ...more,
});

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'host-'));
  write('.', {
    dependencies: { '@pulumi/kubernetes': '4', '@pulumi/eks': '4', yaml: '2' },
    devDependencies: { '@pulumi/docker': '5' },
  });
  write('node_modules/@pulumi/kubernetes', provider('kubernetes', '4.34.2'));
  write('node_modules/@pulumi/docker', provider('docker', '5.0.0'));
  write('node_modules/@pulumi/aws', provider('aws', '7.0.0'));
  write(
    'node_modules/@pulumi/eks',
    provider('eks', '4.3.0', { dependencies: { '@pulumi/aws': '7', '@pulumi/pulumi': '3' } }),
  );
  write('node_modules/yaml', { name: 'yaml', version: '2.0.0', dependencies: { '@pulumi/docker': '5' } });
});
afterEach(() => rmSync(root, { recursive: true }));

test('providers of the run-time dependencies, through packages made for Pulumi', () => {
  const names = providerPackages(join(root)).map(({ name, version }: any) => `${name} ${version}`);
  expect(names.sort()).toEqual(['aws v7.0.0', 'eks v4.3.0', 'kubernetes v4.34.2']);
});

test('only what the home holds is asked for, so a lab never asks for aws', () => {
  const home = join(root, 'home');
  mkdirSync(join(home, 'plugins', 'resource-kubernetes-v4.34.2'), { recursive: true });
  mkdirSync(join(home, 'plugins', 'resource-aws-v6.0.0'), { recursive: true });
  expect(requiredPlugins(root, { PULUMI_HOME: home }).map(({ name }: any) => name)).toEqual(['kubernetes']);
  expect(requiredPlugins(root, { PULUMI_HOME: join(root, 'none') })).toEqual([]);
});

test('a program in a directory below its package.json is found', () => {
  mkdirSync(join(root, 'src/deep'), { recursive: true });
  expect(providerPackages(join(root, 'src/deep'))).toHaveLength(3);
});

test('runtime options', () => {
  expect(nodeArguments({ nodeargs: `--import tsx --title="two words" -r 'a b'` })).toEqual([
    '--import',
    'tsx',
    '--title=two words',
    '-r',
    'a b',
  ]);
  expect(nodeArguments({})).toEqual([]);
  expect(typescriptVariables({})).toEqual({ PULUMI_NODEJS_TYPESCRIPT: 'true' });
  expect(typescriptVariables({ typescript: false, tsconfig: 'x.json' })).toEqual({
    PULUMI_NODEJS_TYPESCRIPT: 'false',
    PULUMI_NODEJS_TSCONFIG_PATH: 'x.json',
  });
});

test("the project's own node comes first, the nearest before the farther", () => {
  for (const place of ['', 'sub']) {
    mkdirSync(join(root, place, 'node_modules/.bin'), { recursive: true });
    writeFileSync(join(root, place, 'node_modules/.bin/node'), '');
  }
  expect(nodeDirectories(join(root, 'sub')).slice(0, 2)).toEqual([
    join(root, 'sub/node_modules/.bin'),
    join(root, 'node_modules/.bin'),
  ]);
});

import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { iptablesCommands, prepareTree } from '../../../lab/toolchain/debian-tree';

let root: string;
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'tree-test-'))));
afterEach(() => rmSync(root, { recursive: true }));

const file = (path: string, content = path): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
};
const link = (path: string, target: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  symlinkSync(target, join(root, path));
};
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

test('nothing is left at the top that would hide a symbolic link of a merged-/usr root', async () => {
  file('bin/ip');
  file('sbin/tc');
  file('lib/x86_64-linux-gnu/libx.so.1');
  file('usr/lib/x86_64-linux-gnu/liby.so.1');
  file('lib64/ld.so');
  file('etc/iproute2/group');
  await prepareTree(root);
  expect(readdirSync(root).sort()).toEqual(['etc', 'usr']);
  expect(read('usr/bin/ip')).toBe('bin/ip');
  expect(read('usr/sbin/tc')).toBe('sbin/tc');
  expect(readdirSync(join(root, 'usr/lib/x86_64-linux-gnu')).sort()).toEqual(['libx.so.1', 'liby.so.1']);
  expect(read('usr/lib64/ld.so')).toBe('lib64/ld.so');
});

test('a link at the top never replaces the file below usr that it leads to', async () => {
  file('usr/sbin/tool', 'the tool');
  link('sbin/tool', '/usr/sbin/tool');
  await prepareTree(root);
  expect(read('usr/sbin/tool')).toBe('the tool');
  expect(lstatSync(join(root, 'usr/sbin/tool')).isFile()).toBe(true);
});

test('absolute links become relative ones inside the tree, others stay', async () => {
  file('bin/ip');
  link('sbin/ip', '/bin/ip');
  link('usr/bin/python', '/etc/alternatives/python');
  link('usr/lib/libx.so', 'libx.so.1');
  await prepareTree(root);
  expect(readlinkSync(join(root, 'usr/sbin/ip'))).toBe('../bin/ip');
  expect(read('usr/sbin/ip')).toBe('bin/ip');
  expect(readlinkSync(join(root, 'usr/bin/python'))).toBe('/etc/alternatives/python');
  expect(readlinkSync(join(root, 'usr/lib/libx.so'))).toBe('libx.so.1');
});

test('iptables gets the links that update-alternatives would make', async () => {
  file('usr/sbin/xtables-nft-multi');
  link('usr/sbin/iptables-nft', 'xtables-nft-multi');
  await prepareTree(root);
  expect(iptablesCommands).toEqual([
    'iptables',
    'iptables-save',
    'iptables-restore',
    'ip6tables',
    'ip6tables-save',
    'ip6tables-restore',
  ]);
  for (const command of iptablesCommands) {
    expect(readlinkSync(join(root, 'usr/sbin', command))).toBe('xtables-nft-multi');
  }
});

test('documentation is left out', async () => {
  file('usr/share/doc/runc/changelog.gz');
  file('usr/share/runc/needed');
  await prepareTree(root);
  expect(readdirSync(join(root, 'usr/share'))).toEqual(['runc']);
});

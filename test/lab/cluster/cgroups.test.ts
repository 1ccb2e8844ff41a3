import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hierarchyNames, isUnified, makeCgroups, parseHierarchies } from '../../../lab/cluster/cgroups';

const line = (mountPoint: string, type: string, options: string) =>
  `36 25 0:31 / ${mountPoint} rw,relatime shared:9 - ${type} ${type} ${options}`;

const versionOne = [
  line('/sys/fs/cgroup', 'tmpfs', 'rw,mode=755'),
  line('/sys/fs/cgroup/cpu,cpuacct', 'cgroup', 'rw,cpu,cpuacct'),
  line('/sys/fs/cgroup/memory', 'cgroup', 'rw,memory'),
  line('/sys/fs/cgroup/systemd', 'cgroup', 'rw,xattr,name=systemd'),
  line('/sys/fs/cgroup/unified', 'cgroup2', 'rw'),
].join('\n');

test('version 1 with joined controllers, a named hierarchy and the unified one beside', () => {
  const found = parseHierarchies(versionOne);
  expect(found).toEqual([
    { mountPoint: '/sys/fs/cgroup/cpu,cpuacct', version: 1, options: 'cpu,cpuacct' },
    { mountPoint: '/sys/fs/cgroup/memory', version: 1, options: 'memory' },
    { mountPoint: '/sys/fs/cgroup/systemd', version: 1, options: 'none,name=systemd' },
    { mountPoint: '/sys/fs/cgroup/unified', version: 2, options: '' },
  ]);
  expect(isUnified(found)).toBe(false);
  expect(hierarchyNames(found[0]!)).toEqual({ own: 'cpu,cpuacct', aliases: ['cpu', 'cpuacct'] });
});

test('version 2 alone, as on a Debian with systemd', () => {
  const found = parseHierarchies(line('/sys/fs/cgroup', 'cgroup2', 'rw,nsdelegate,memory_recursiveprot'));
  expect(found).toEqual([{ mountPoint: '/sys/fs/cgroup', version: 2, options: '' }]);
  expect(isUnified(found)).toBe(true);
});

test('mounts elsewhere, and a mount point listed twice, do not count', () => {
  const twice = [
    line('/sys/fs/cgroup/memory', 'cgroup', 'rw,memory'),
    line('/sys/fs/cgroup/memory', 'cgroup', 'rw,memory'),
  ];
  expect(parseHierarchies([...twice, line('/mnt/cgroup/cpu', 'cgroup', 'rw,cpu')].join('\n'))).toHaveLength(
    1,
  );
});

test.each([
  ['cpu.shares', 1, '1024', '8192'],
  ['cpu.weight', 2, '100', '800'],
] as const)('labs weigh eight times what a process beside them does: %s', (file, version, before, after) => {
  const mountPoint = mkdtempSync(join(tmpdir(), 'cgroups-'));
  try {
    const all = join(mountPoint, 'continuous-load');
    mkdirSync(join(all, 'one'), { recursive: true });
    for (const directory of [mountPoint, all, join(all, 'one')]) writeFileSync(join(directory, file), before);
    makeCgroups('one', 'node1', [{ mountPoint, version, options: version === 1 ? 'cpu' : '' }]);
    const found = [mountPoint, all, join(all, 'one')].map((directory) =>
      readFileSync(join(directory, file), 'utf8'),
    );
    expect(found).toEqual([before, after, before]);
  } finally {
    rmSync(mountPoint, { recursive: true });
  }
});

import { hierarchyNames, isUnified, parseHierarchies } from '../../../lab/cluster/cgroups';

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

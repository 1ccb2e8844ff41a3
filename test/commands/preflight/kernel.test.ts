import { missingControllers, parseTroubles } from '../../../commands/preflight/kernel';
import { parseDistribution } from '../../../commands/preflight/machine';

test('every feature tried and found is no trouble', () => {
  expect(parseTroubles('namespaces\nbridge\nveth\noverlay\nnat\n', '', true)).toEqual({});
  expect(parseTroubles('namespaces\nbridge\nveth\noverlay\n', '', false)).toEqual({});
});

test('a feature that fails comes with the words it failed with', () => {
  expect(
    parseTroubles(
      'namespaces\nbridge\nveth: RTNETLINK answers: Operation not supported\noverlay\n',
      '',
      false,
    ),
  ).toEqual({
    veth: 'RTNETLINK answers: Operation not supported',
  });
});

test('a trial that never began blames the namespaces, one that broke off what it did not come to', () => {
  expect(parseTroubles('', 'unshare: unshare failed: Operation not permitted\n', true)).toEqual({
    namespaces: 'unshare: unshare failed: Operation not permitted',
  });
  expect(parseTroubles('namespaces\nbridge\nveth\n', 'mount: denied', false)).toEqual({
    overlay: 'mount: denied',
  });
});

test('finds cgroup controllers that no hierarchy has', () => {
  const v1 = (options: string) => ({ mountPoint: `/sys/fs/cgroup/${options}`, version: 1 as const, options });
  expect(missingControllers(['cpu,cpuacct', 'memory', 'cpuset', 'pids'].map(v1))).toEqual([]);
  expect(missingControllers(['cpu,cpuacct', 'cpuset'].map(v1))).toEqual(['memory', 'pids']);
});

test('a derivative names Debian as what it is like', () => {
  expect(parseDistribution('PRETTY_NAME="Ubuntu 24.04"\nID=ubuntu\nID_LIKE=debian\n')).toEqual({
    ids: ['ubuntu', 'debian'],
    name: 'Ubuntu 24.04',
  });
  expect(parseDistribution('')).toEqual({ ids: [], name: '' });
});

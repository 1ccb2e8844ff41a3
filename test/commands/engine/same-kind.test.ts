import { refuseOtherKind } from '../../../commands/engine/same-kind';
import type { Stack } from '../../../commands/stack/stack';

const stack = (kind: string): Stack => ({
  name: 'dev',
  kind,
  isLab: false,
  makesCluster: kind === 'k3d',
  labName: 'dev',
  configFile: '',
  sourceFile: '',
  directory: '',
});

test('a stack that is up keeps its kind of cluster', () => {
  const had = { cluster: { kind: 'k3d', name: 'dev' } };
  expect(() => refuseOtherKind(stack('existing'), had)).toThrow(
    /Stack dev runs on a cluster of kind k3d, .* cluster.kind: existing.*npm run down dev/,
  );
  refuseOtherKind(stack('k3d'), had);
  refuseOtherKind(stack('existing'), {});
});

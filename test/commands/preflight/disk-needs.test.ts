import { compileBytes, labBytes } from '../../../commands/preflight/disk-needs';
import { programNames } from '../../../lab/toolchain/programs';

const gibibyte = 1024 ** 3;

test('compiling needs disk for what is missing only: little for a small program, much for all', () => {
  expect(compileBytes([])).toBe(0);
  expect(compileBytes(['lab-init'])).toBeLessThan(0.1 * gibibyte);
  expect(compileBytes(['kube'])).toBeGreaterThan(3 * gibibyte);
  // 13.5 GiB were measured without the mesh
  expect(compileBytes(programNames)).toBeGreaterThan(13 * gibibyte);
  expect(compileBytes(programNames)).toBeLessThan(25 * gibibyte);
});

test('each node of a lab has images of its own', () => {
  expect(labBytes(3) - labBytes(2)).toBe(labBytes(2) - labBytes(1));
  expect(labBytes(2)).toBeGreaterThan(1.5 * gibibyte);
});

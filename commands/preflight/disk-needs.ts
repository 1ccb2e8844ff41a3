import { families, familyOf, type ProgramName } from '../../lab/toolchain/programs';

const gibibyte = 1024 ** 3;

/**
 * Disk that compiling takes, in bytes for each second that it is estimated to take on two cores. Measured in November 2026 over
 * everything but the mesh (1008 s): 9.0 GiB of Go's build cache, 3.7 GiB of modules and their archives, 0.8 GiB of programs.
 */
const compileBytesPerSecond = (13.5 * gibibyte) / 1008;

/** Unpacked Debian packages (160 MiB) and the image archives (0.6 GiB), measured, and as much again for what the next versions bring. */
export const unpackBytes = 1.5 * gibibyte;

/**
 * What a new lab takes. Measured right after its start, without the mesh: 0.9 GiB of images on each node, and 0.13 GiB in all for etcd,
 * logs and Prometheus; the rest is room for these to grow (logs end at 20 MiB each) and for the images of the next versions.
 */
const gibibytesOfLab = { control: 1, node: 1.25 };

/** With less free, in bytes, a lab that runs already soon fills the disk. */
export const runningBytes = 0.5 * gibibyte;

/** Disk that compiling these programs takes, in bytes, caches included; 0 for none. */
export function compileBytes(programs: readonly ProgramName[]): number {
  const seconds = programs.map((name) => families[familyOf(name)].programs[name]?.estimateSeconds ?? 0);
  return seconds.reduce((sum, each) => sum + each, 0) * compileBytesPerSecond;
}

/** Disk that a new lab takes, in bytes. */
export function labBytes(nodes: number): number {
  return (gibibytesOfLab.control + nodes * gibibytesOfLab.node) * gibibyte;
}

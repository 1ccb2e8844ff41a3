import { readLab, reviveLab } from '../../lab/cluster/lab';
import { ensureImages, type OptionalImageName } from '../../lab/images/images';
import type { Progress } from '../../lab/progress';
import { ensureDebian } from '../../lab/toolchain/debian';
import type { ProgramName } from '../../lab/toolchain/programs';
import { ensurePrograms } from '../../lab/toolchain/toolchain';
import { describeError, Failure } from '../terminal/failure';
import type { Interruption } from '../terminal/interruption';

/** Makes what a lab is made from: the programs named, unpacked Debian packages, images, of optional ones those named. Costs milliseconds when all is there. */
export async function prepareCaches(
  programs: readonly ProgramName[],
  progress: Progress,
  interruption: Interruption,
  images: readonly OptionalImageName[] = [],
): Promise<void> {
  const { signal } = interruption;
  await interruption.guard(ensurePrograms(programs, progress, signal));
  await interruption.guard(ensureDebian(progress, signal));
  await interruption.guard(ensureImages(progress, signal, images));
}

/** Starts again what does not run of an existing lab. Throws a Failure with the way out when it cannot be brought back. */
export async function reviveIfDead(
  name: string,
  progress: Progress,
  interruption: Interruption,
): Promise<void> {
  const lab = await readLab(name);
  if (lab === undefined || lab.alive) return;
  progress.step(`reviving lab ${name}: ${lab.dead.join(', ')} ${lab.dead.length === 1 ? 'is' : 'are'} off`);
  try {
    await interruption.guard(reviveLab(name, (message) => progress.detail(message)));
  } catch (error) {
    interruption.signal.throwIfAborted();
    throw new Failure(
      `Lab ${name} does not come back: ${describeError(error)}\nRun this once more, or remove the lab with \`npm run down\` and make it anew.`,
    );
  }
}

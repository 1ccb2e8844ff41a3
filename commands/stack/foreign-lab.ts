import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cgroupProcesses } from '../../lab/cluster/cgroups';
import { labsDirectory } from '../../lab/cluster/spec';
import { Failure } from '../terminal/failure';

/**
 * The directory of labs that a running lab of this name belongs to, when that is not ours: cgroups carry only the lab's name, and
 * removing "our" lab would take down that of another state directory. Undefined when none runs, or it is ours.
 */
export function foreignLabs(
  name: string,
  commandLines: readonly string[] = cgroupProcesses(name).map(commandLine),
  own = labsDirectory(),
): string | undefined {
  const plan = new RegExp(`(?:^|\\s)(/\\S*/labs)/${name}/[a-z0-9]+/plan\\.json(?:\\s|$)`);
  const directories = commandLines
    .map((line) => plan.exec(line)?.[1])
    .filter((directory) => directory !== undefined);
  return directories.find((directory) => directory !== own);
}

/** Throws a Failure when a lab of this name runs out of another state directory. */
export function refuseForeignLab(name: string): void {
  const other = foreignLabs(name);
  if (other === undefined) return;
  throw new Failure(
    `A lab called ${name} runs on this machine out of another state directory (${join(other, name)}). It is left alone. ` +
      `Set XDG_STATE_HOME as it was when that lab was made, or give yours another name (continuous-load:cluster.name).`,
  );
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ');
  } catch {
    return '';
  }
}

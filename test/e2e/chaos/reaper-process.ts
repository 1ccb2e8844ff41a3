import { labProcesses } from '../support/lab-processes';

/** Kills the reaper's process where it stands; its container starts anew. Throws where there is none. */
export function killReaper(lab: string): void {
  const processes = labProcesses(lab).filter(({ words }) => words.at(-1)?.endsWith('/chaos.ts'));
  if (processes.length === 0) throw new Error('no reaper runs');
  for (const { pid } of processes) process.kill(pid, 'SIGKILL');
}

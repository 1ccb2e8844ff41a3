import { familyIn, moduleDirectory, type Workshop } from './workshop';
import { runGo, type Go } from './go';
import { tagFlags } from './keys';

/** Downloads at once; Go itself makes as many as there are processors, which is far too few for a proxy that answers slowly. */
const downloads = 16;

/**
 * Downloads the modules of `families` one family after the other, until `signal` is aborted: while a compiler keeps the processors busy
 * with one family, the network is free for the next. What fails here is told by the build that needs it, so this never rejects.
 * `onLine` hears what Go says.
 */
export async function fetchAhead(
  workshop: Workshop,
  families: readonly string[],
  go: Go,
  signal: AbortSignal,
  onLine: (line: string) => void,
): Promise<void> {
  for (const name of families)
    for (const program of Object.values(familyIn(workshop, name).programs)) {
      if (signal.aborted) return;
      // Loading the packages downloads what is compiled, and of no module that is only in the graph.
      const args = ['list', '-deps', '-f', '{{""}}', ...tagFlags(program), program.package];
      const options = {
        cwd: moduleDirectory(workshop, name),
        env: { GOMAXPROCS: String(downloads) },
        signal,
        onLine,
      };
      await runGo(go, args, options).catch(() => undefined);
    }
}

import { join } from 'node:path';
import { findGo, runGo } from '../../../lab/toolchain/go';
import { commonFlags } from '../../../lab/toolchain/keys';

/** What a module imports is compiled on first use; afterwards Go remembers packages and answers. */
const patienceMs = 600_000;

/** A test that a Go module of ours, in a directory from the root of the repository, passes its own tests and every check of go vet. */
export function testsOfGoModule(title: string, directory: string): void {
  const cwd = join(__dirname, '../../..', directory);
  test(
    title,
    async () => {
      const go = await findGo([cwd]);
      // the flags of its build, so that what is compiled here is compiled once
      const { code, lines } = await runGo(go, ['test', '-vet=all', ...commonFlags, './...'], { cwd });
      expect({ code, said: code === 0 ? '' : lines.join('\n') }).toEqual({ code: 0, said: '' });
    },
    patienceMs,
  );
}

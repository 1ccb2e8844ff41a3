import { join } from 'node:path';
import { findGo, runGo } from '../../../lab/toolchain/go';
import { commonFlags } from '../../../lab/toolchain/keys';

const directory = join(__dirname, '../../../lab/toolchain/network-policies');
/** What it imports is compiled on first use; afterwards Go remembers the answer. */
const patienceMs = 600_000;

test(
  'policy-enforcer passes its own tests, and every check of go vet',
  async () => {
    const go = await findGo([directory]);
    // the flags of its build, so that what is compiled here is compiled once
    const { code, lines } = await runGo(go, ['test', '-vet=all', ...commonFlags, './...'], {
      cwd: directory,
    });
    expect({ code, said: code === 0 ? '' : lines.join('\n') }).toEqual({ code: 0, said: '' });
  },
  patienceMs,
);

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createProgress } from '../lab/progress';
import { ensurePrograms, programPath } from '../lab/toolchain/toolchain';
import { type Bench, type Figure, minutesOr, rateOr, repeatsOr } from './bench';
import type { Plan } from './loopback/run';
import { ensureCloudprober } from './programs';

const minutes = minutesOr(24);
const rate = rateOr(1_000);
/** Each of the shared probes at this share of it, so that both probers together leave the machine room. */
const sharedShare = 0.05;

/** The injector with all paths at a raised rate, and a stock cloudprober with those probes that both have. */
export const besideCloudprober: Bench = {
  name: 'cloudprober',
  shows: `injector with all paths at ${rate}/s (BENCH_RATE), beside a stock cloudprober; ${minutes} min (BENCH_MINUTES), no lab`,
  needsStack: false,
  look: `What to look at:
  - ours ÷ cloudprober's: the price of scripts that judge answers, count outcomes and push exact counters; the same probes at the same
    time on the same machine. It favours cloudprober: its TCP probe only connects, and its UDP probe looks no name up
    again.
  - slopes: an injector runs for months. Go's collector moves its memory by some ten MiB up and down, so a slope says little in minutes;
    over 1 000 000 probes, which have a row of their own, the second half must not grow.
  - sent: when it is less than nine tenths of what was asked, the machine was too busy, and the figures of CPU are too high: k6 spends
    on probes that it cannot start, too. Ask for less (BENCH_RATE), or of a machine that is free.`,
  async run(say) {
    const progress = createProgress();
    await ensurePrograms(['k6', 'echo', 'podinfo', 'coredns', 'prometheus'], progress);
    const cloudprober = await ensureCloudprober(progress);
    progress.end();
    const plan: Plan = {
      programs: {
        k6: programPath('k6'),
        echo: programPath('echo'),
        podinfo: programPath('podinfo'),
        coredns: programPath('coredns'),
        prometheus: programPath('prometheus'),
        cloudprober,
      },
      minutes,
      slices: repeatsOr(3),
      allRate: rate,
      sharedRate: rate * sharedShare,
    };
    return JSON.parse(await apart(plan, say)) as Figure[];
  },
};

/**
 * Runs the plan in namespaces of its own: network, so that its ports and its resolver are nobody else's; mounts, for its files;
 * processes, so that all of it ends with its first, which dies with this process.
 */
async function apart(plan: Plan, say: (text: string) => void): Promise<string> {
  const inside = [process.execPath, '--import', 'tsx', join(__dirname, 'loopback', 'run.ts')];
  const namespaces = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', 'unshare', ...namespaces, '--', ...inside], {
    stdio: ['pipe', 'pipe', 'pipe'],
    cwd: join(__dirname, '..'),
  });
  child.stdin.end(JSON.stringify(plan));
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  createInterface({ input: child.stderr }).on('line', (line) => say(`  ${line}`));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`the probers' run ended with ${code}`);
  return output;
}

import { countSeries, failures, sum } from './support/counts';
import { environment, StackUnderTest } from './support/stack-under-test';
import { report, until } from './support/wait';

const stack = new StackUnderTest();
const prometheus = stack.prometheus();
const wanted = Number(process.env[environment.soakProbes] ?? 100_000);
const lookEveryMs = 60_000;
/** Prometheus may be restarted meanwhile; what one look does not see, the next one counts. */
const mostLooksInVain = 5;

test(
  `${wanted} probes at default rates, of which none fails`,
  async () => {
    let probes = 0;
    const lost: string[] = [];
    let inVain = 0;
    for (let fromMs = Date.now(); probes < wanted;) {
      await until(fromMs + (inVain + 1) * lookEveryMs);
      const toMs = Date.now();
      try {
        const counted = sum(await countSeries(prometheus, fromMs, toMs, '{outcome!="error"}'));
        const failed = await failures(prometheus, fromMs, toMs);
        // a load that has stopped would never come to an end
        if (counted === 0) throw new Error('no probe was counted');
        probes += counted;
        lost.push(...failed);
      } catch (error) {
        inVain += 1;
        if (inVain >= mostLooksInVain) throw error;
        report('soak', error instanceof Error ? error.message : String(error));
        continue;
      }
      inVain = 0;
      fromMs = toMs;
      report('soak', `${probes} probes, ${lost.length === 0 ? 'none failed' : lost.join(', ')}`);
    }
    expect(lost).toEqual([]);
  },
  24 * 3_600_000,
);

import { countSeries, failures, sum } from './support/counts';
import { environment, StackUnderTest } from './support/stack-under-test';
import { report, until } from './support/wait';

const stack = new StackUnderTest();
const prometheus = stack.prometheus();
const wanted = Number(process.env[environment.soakProbes] ?? 100_000);
const lookEveryMs = 60_000;

test(
  `${wanted} probes at default rates, of which none fails`,
  async () => {
    let probes = 0;
    const lost: string[] = [];
    for (let fromMs = Date.now(); probes < wanted;) {
      await until(fromMs + lookEveryMs);
      const toMs = Date.now();
      const counted = sum(await countSeries(prometheus, fromMs, toMs, '{outcome!="error"}'));
      // a load that has stopped would never come to an end
      expect(counted).toBeGreaterThan(0);
      probes += counted;
      lost.push(...(await failures(prometheus, fromMs, toMs)));
      fromMs = toMs;
      report('soak', `${probes} probes, ${lost.length === 0 ? 'none failed' : lost.join(', ')}`);
    }
    expect(lost).toEqual([]);
  },
  24 * 3_600_000,
);

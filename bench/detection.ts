import { samples } from '../test/e2e/support/counts';
import { notified } from '../test/e2e/support/expected';
import { rolledOut, scale } from '../test/e2e/support/kubernetes';
import { PodLogs } from '../test/e2e/support/pod-logs';
import { setLogLevel } from '../test/e2e/support/podinfo';
import { goodMoments, serverView } from '../test/e2e/support/request-ids';
import { StackUnderTest } from '../test/e2e/support/stack-under-test';
import { eventually, until } from '../test/e2e/support/wait';
import { probesTotal } from '../signals/metrics';
import { downWindowSeconds } from '../signals/windows';
import { type Bench, spread } from './bench';

const repeats = 10;

/** The ways from the last good probe to the webhook, in ms; they add up to the whole. */
interface Parts {
  readonly whole: number;
  /** Until the last good sample is in Prometheus. */
  readonly export: number;
  /** The window of *path down*, which must be empty of good probes. */
  readonly window: number;
  /** Until the rule is evaluated after that. */
  readonly evaluation: number;
  /** From the evaluation through Alertmanager to the webhook. */
  readonly delivery: number;
}

/** Target scaled to 0, ten times: how long until somebody is told. */
export const detection: Bench = {
  name: 'detection',
  shows: 'target scaled to 0, ten times: from the last good probe to the webhook, in parts',
  needsStack: true,
  async run(say) {
    const stack = new StackUnderTest();
    const logs = new PodLogs(stack, stack.lab, ['source', 'target']);
    await setLogLevel(stack, 'target', 'debug');
    await setLogLevel(stack, 'source', 'debug');
    await logs.start();
    const all: Parts[] = [];
    try {
      for (let repeat = 1; repeat <= repeats; repeat++) {
        all.push(await once(stack, logs));
        const { whole, ...parts } = all.at(-1) ?? ({} as Parts);
        const split = Object.entries(parts).map(([name, ms]) => `${name} ${(ms / 1000).toFixed(1)}`);
        say(`  ${repeat} of ${repeats}: ${(whole / 1000).toFixed(1)} s (${split.join(', ')})`);
      }
    } finally {
      logs.stop();
      await scale(stack, 'target', 2);
      await setLogLevel(stack, 'source', 'info');
      await setLogLevel(stack, 'target', 'info');
    }
    return (['whole', 'export', 'window', 'evaluation', 'delivery'] as const).flatMap((part) =>
      spread(
        part === 'whole' ? 'last good probe → webhook' : `of it ${part}`,
        all.map((parts) => parts[part]),
      ),
    );
  },
};

async function once(stack: StackUnderTest, logs: PodLogs): Promise<Parts> {
  const windowMs = downWindowSeconds(stack.model(), stack.servicePath()) * 1000;
  const fromMs = Date.now();
  await scale(stack, 'target', 0);
  const page = await eventually('the page', { withinMs: 120_000, everyMs: 200 }, () =>
    notified(stack.lab, fromMs, 'PathDown service page firing'),
  );
  const lastGoodMs =
    goodMoments(serverView(logs.lines))
      .filter((moment) => moment < page.timeMs)
      .at(-1) ?? Number.NaN;
  const good = await samples(
    stack.prometheus(),
    fromMs - 30_000,
    page.timeMs,
    `${probesTotal}{path="service",outcome=~"ok|slow"}`,
  );
  const grew = good.flatMap(({ values }) =>
    values
      .filter(([, value], i) => i > 0 && Number(value) > Number(values[i - 1]?.[1]))
      .map(([time]) => time * 1000),
  );
  const exportedMs = Math.max(...grew);
  const firedMs = Date.parse(page.alerts[0]?.startsAt ?? '');
  await scale(stack, 'target', 2);
  await rolledOut(stack, 'target');
  await eventually('the end of the page', { withinMs: 180_000 }, () =>
    notified(stack.lab, page.timeMs, 'PathDown service page resolved'),
  );
  // the window before *path down*'s own must be whole again
  await until(Date.now() + 2 * windowMs);
  return {
    whole: page.timeMs - lastGoodMs,
    export: exportedMs - lastGoodMs,
    window: windowMs,
    evaluation: firedMs - exportedMs - windowMs,
    delivery: page.timeMs - firedMs,
  };
}

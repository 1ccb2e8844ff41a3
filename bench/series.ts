import { monitoringName } from '../components/names';
import { injectorJob } from '../signals/metrics';
import { StackUnderTest } from '../test/e2e/support/stack-under-test';
import { until } from '../test/e2e/support/wait';
import { type Bench, minutesOr } from './bench';
import { seriesPerDay } from './predecessor';

const minutes = minutesOr(10);
const minutesPerDay = 1440;

/** What the pushed metrics cost where they are stored. */
export const series: Bench = {
  name: 'series',
  shows: `series of the injectors on a live Prometheus, and new ones in a day, over ${minutes} min (BENCH_MINUTES); beside the design of 2024`,
  needsStack: true,
  look: `What to look at:
  - of one injector: it stays what it is for the injector's life, so a day without a roll-out adds none.
  - new in a day: what was made while we looked, a day long; of all in all most is of pods that come and go, and of rules.
  - design of 2024: computed from its chart (480 pods a day, no series of which lives on); no rules, one path where we have several.`,
  async run() {
    const stack = new StackUnderTest();
    const { injectors, paths } = stack.model();
    const prometheus = stack.prometheus();
    const one = async (query: string) => (await prometheus.vector(query))[0]?.value ?? Number.NaN;
    const self = `{pod="prometheus-${monitoringName}-0"}`;
    const created = `prometheus_tsdb_head_series_created_total${self}`;
    const before = await one(created);
    await until(Date.now() + minutes * 60_000);
    const made = (await one(created)) - before;
    // those of an injector that is gone linger for five minutes
    const ours = await one(`max(count by (instance) ({job="${injectorJob}"}))`);
    const windowSeconds = Math.round(minutes * 60);
    const pushed = await one(
      `count({job="${injectorJob}"} unless {job="${injectorJob}"} offset ${windowSeconds}s) or vector(0)`,
    );
    const aDay = (count: number) => (count / minutes) * minutesPerDay;
    const theirs = seriesPerDay(paths.length);
    return [
      { what: 'paths', value: paths.length, unit: '' },
      { what: 'injectors', value: injectors, unit: '' },
      { what: 'series of one injector', value: ours, unit: '' },
      { what: 'series of all injectors: new at each roll-out', value: ours * injectors, unit: '' },
      {
        what: 'active series of this Prometheus, all in all',
        value: await one(`prometheus_tsdb_head_series${self}`),
        unit: '',
      },
      { what: 'new in a day, of the injectors', value: aDay(pushed), unit: '' },
      { what: 'new in a day, all in all', value: aDay(made), unit: '' },
      { what: 'design of 2024, one URL: new in a day', value: seriesPerDay(1), unit: '' },
      { what: 'design of 2024, a URL for each path: new in a day', value: theirs, unit: '' },
      {
        what: 'roll-outs a day that would make as many here',
        value: theirs / (ours * injectors),
        unit: '',
      },
    ];
  },
};

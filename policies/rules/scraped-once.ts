import { scrapes, type Scrape } from '../lib/monitors';
import { stackRule } from '../lib/rule';

/** Each port of a workload in one monitor only: two make two series of everything, and sums are double. */
export const scrapedOnce = stackRule({
  name: 'scraped-once',
  description: 'Nothing is scraped twice.',
  mend: 'Narrow the selector of one of the monitors, or take its endpoint out.',
  level: 'mandatory',
  judgeStack: (stack) => {
    const all = scrapes(stack);
    const sameAs = (one: Scrape) => all.filter((other) => targetOf(other) === targetOf(one));
    return all.flatMap((scrape) => {
      const same = sameAs(scrape);
      if (same.length < 2 || same[0] !== scrape) return [];
      const by = same.map(({ monitor }) => `${monitor.kind} ${monitor.name}`).join(' and ');
      return [{ object: scrape.workload.object, problem: `port ${scrape.port} is scraped by ${by}` }];
    });
  },
});

function targetOf({ workload, port, path }: Scrape): string {
  return `${workload.object.urn} ${port} ${path}`;
}

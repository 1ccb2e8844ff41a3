import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readEvents } from '../../../commands/review/events';
import { renderReviewPage } from '../../../commands/review/page';
import { reviewOf, type StackReview } from '../../../commands/review/review';

const stream = (name: string) =>
  readEvents(readFileSync(join(__dirname, 'streams', `${name}.jsonl`), 'utf8'));
const refused = reviewOf('shop', stream('refused'), 1, { kind: 'state' });
const good: StackReview = {
  stack: 'prod',
  passed: true,
  failures: [],
  against: 'main',
  notes: [],
  resources: 120,
  changes: [],
  findings: [],
  alerts: {
    total: 90,
    compared: true,
    changes: [
      {
        kind: 'changed',
        name: 'SloFastBurn',
        path: 'service',
        fields: [{ field: 'expr', before: 'slo > 0.0144', after: 'slo > 0.0720' }],
      },
      { kind: 'removed', name: 'PathDown', path: 'udp', fields: [] },
    ],
  },
  load: [
    { path: 'service', perSecond: 8, before: 4, counters: 40 },
    { path: 'udp', perSecond: 0, before: 4, counters: 0 },
  ],
  costs: [{ what: 'control plane', usdPerMonth: 73 }],
  costsBefore: 70,
};
const page = renderReviewPage([refused, good]);

test('says the verdict first, of all and of each', () => {
  expect(page).toContain('<title>review: shop: not as it should be</title>');
  expect(page).toMatch(/<h2 id="name-shop">Stack shop <span class="badge bad">failed<\/span>/);
  expect(page).toMatch(/<h2 id="name-prod">Stack prod <span class="badge good">passed<\/span>/);
  expect(renderReviewPage([good])).toContain('nothing stands against it');
});

test('has resources, policies, alerts, load and price', () => {
  expect(page).toMatch(
    /Replaced: what is there is removed[^]*web-2<\/code> for <code>metadata\.name<\/code>/,
  );
  expect(page).toMatch(/Deleted<\/strong><ul><li><code>Service shop\/web<\/code>/);
  expect(page).toContain('image is &quot;example.org/web:latest&quot;.');
  expect(page).toMatch(/SloFastBurn<\/code> on <code>service[^]*<del>.*0\.0144.*<\/del><ins>.*0\.0720/);
  expect(page).toMatch(/<dt>probes\/s<\/dt><dd>8<\/dd>/);
  expect(page).toMatch(
    /<code>service<\/code><\/th><td data-label="probes\/s">8<\/td><td data-label="before">4/,
  );
  expect(page).toContain('<dd>73<small>was 70</small></dd>');
});

test('runs nothing and asks nobody', () => {
  expect(page).toContain("default-src 'none'; style-src 'unsafe-inline'; img-src data:");
  expect(page).not.toMatch(/<script|src=|href="http|url\(/);
});

test('has no value of an input, and takes no text for markup', () => {
  // 'hunter2…' is what the recorded stack has for a password
  expect(page).not.toContain('hunter2');
  const finding = {
    level: 'mandatory' as const,
    rule: 'r',
    resource: '<b>x</b>',
    problem: '"><img src=x onerror=alert(1)>',
    mend: 'M',
  };
  const broken = renderReviewPage([{ ...good, stack: 'a"><i>', findings: [finding] }]);
  expect(broken).not.toMatch(/<img|<b>x|<i>/);
  expect(broken).toContain('&lt;img src=x onerror=alert(1)&gt;');
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultModel, defaultRunbookBase } from '../../signals/model';
import { pageFile, pathsAndAlertsPage } from '../../signals/docs';
import { ruleGroups } from '../../signals/rules';
import { isAlert } from '../../signals/rule-types';

const page = () => readFileSync(join(__dirname, '..', '..', pageFile), 'utf8');

test('the page is what the tables say; if not: npx tsx signals/docs.ts', async () => {
  expect(page()).toBe(await pathsAndAlertsPage());
});

test('every runbook link leads to a heading of the page', () => {
  const anchors = new Set(
    [...page().matchAll(/^#+ (.+)$/gm)].map((match) =>
      match[1]!
        .toLowerCase()
        .replace(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    ),
  );
  expect(defaultRunbookBase).toBe(pageFile);
  for (const rule of ruleGroups(defaultModel()).flatMap((group) => group.rules)) {
    if (isAlert(rule)) expect(anchors).toContain(rule.annotations['runbook_url']!.split('#')[1]);
  }
});

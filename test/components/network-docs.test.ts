import { readFileSync } from 'node:fs';
import { networkPoliciesPage, withEdgesTable } from '../../components/network/docs';

test('the table of the page is what the edges say; if not: npx tsx components/network/docs.ts', async () => {
  const page = readFileSync(networkPoliciesPage, 'utf8');
  expect(page).toBe(await withEdgesTable(page, networkPoliciesPage));
});

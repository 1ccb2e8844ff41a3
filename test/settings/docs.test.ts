import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { configCatalogue } from '../../settings/catalogue';
import { configurationPage, describedProject, pageFile, projectFile } from '../../settings/docs';

const root = join(__dirname, '..', '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const catalogue = configCatalogue();

test('the page is what the schemas say; if not: npx tsx settings/docs.ts', async () => {
  expect(read(pageFile)).toBe(await configurationPage());
});

test('Pulumi.yaml describes the sections as the schemas do; if not: npx tsx settings/docs.ts', async () => {
  expect(read(projectFile)).toBe(await describedProject(read(projectFile)));
});

test('Pulumi.yaml has the defaults of the schemas', () => {
  const declared: Record<string, { default?: unknown }> = parse(read(projectFile)).config;
  for (const { key, form, fallback } of catalogue.filter((entry) => !entry.key.includes('.'))) {
    const usual =
      form === 'section' || form === 'list'
        ? fallback
        : fallback === undefined
          ? undefined
          : `${fallback as string | number}`;
    expect([key, declared[key]?.default]).toEqual([key, usual]);
  }
});

test('every link of the page to another page leads to a heading', () => {
  const links = [...read(pageFile).matchAll(/\]\(([\w-]+\.md)(?:#([^)]+))?\)/g)];
  expect(links.length).toBeGreaterThan(5);
  for (const [, file = '', anchor] of links) {
    const headings = [...read(`docs/${file}`).matchAll(/^#+ (.+)$/gm)].map(([, text = '']) =>
      text
        .toLowerCase()
        .replace(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    );
    if (anchor !== undefined) expect([file, ...headings]).toContain(anchor);
  }
});

import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const known = new Map<string, ReadonlySet<string> | undefined>();

/** Anchors of the headings of a Markdown page, as GitHub makes them; undefined where there is no such file. */
export function anchors(file: string): ReadonlySet<string> | undefined {
  if (!known.has(file)) known.set(file, existsSync(file) ? headings(readFileSync(file, 'utf8')) : undefined);
  return known.get(file);
}

function headings(markdown: string): Set<string> {
  const titles = [...markdown.matchAll(/^#{1,6}\s+(.+)$/gm)].map(([, title = '']) => title);
  return new Set(
    titles.map((title) =>
      title
        .trim()
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replace(/\s/g, '-'),
    ),
  );
}

/** A file of the repository by its path in it. */
export function pageFile(path: string): string {
  return resolve(__dirname, '../..', path);
}

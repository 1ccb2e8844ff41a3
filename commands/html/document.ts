import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One HTML file that needs no network: it forbids itself any. */
export interface Document {
  readonly title: string;
  /** Style sheets beside the common one, in order. */
  readonly styles: readonly string[];
  /** Scripts in order; a page that has none forbids itself any. */
  readonly scripts?: readonly string[];
  /** What is within `body`, as HTML, before the scripts. */
  readonly body: string;
}

const base = readFileSync(join(__dirname, 'base.css'), 'utf8');

/** The file: light or dark as the reader's system is, tables as cards on a phone. */
export function htmlDocument({ title, styles, scripts = [], body }: Document): string {
  const running = scripts.length > 0 ? " script-src 'unsafe-inline';" : '';
  const forbidden = `default-src 'none'; style-src 'unsafe-inline';${running} img-src data:`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${forbidden}">
<link rel="icon" href="data:,">
<title>${text(title)}</title>
${[base, ...styles].map((style) => `<style>${style}</style>`).join('\n')}
</head>
<body>
${body}
${scripts.map((script) => `<script>${script}</script>\n`).join('')}</body>
</html>
`;
}

/** A text as HTML shows it, in elements and in attributes. */
export function text(value: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return value.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

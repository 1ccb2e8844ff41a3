/** Writes what follows from the schemas: `npx tsx plugin/docs.ts`. Tests hold it against what lies there. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { argsSource } from './args-source';
import { componentsPage, inferred, pageFile } from './components-page';

async function write(): Promise<void> {
  for (const { file, text } of await argsSource()) {
    const path = join(__dirname, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  const page = join(__dirname, '..', pageFile);
  writeFileSync(page, await componentsPage(readFileSync(page, 'utf8'), inferred()));
}

if (require.main === module) void write();

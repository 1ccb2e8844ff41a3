/** Writes what follows from the schemas: `npx tsx plugin/docs.ts`. A test holds it against what lies there. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { argsSource } from './args-source';

async function write(): Promise<void> {
  for (const { file, text } of await argsSource()) {
    const path = join(__dirname, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

if (require.main === module) void write();

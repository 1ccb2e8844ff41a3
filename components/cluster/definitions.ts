import { existsSync } from 'node:fs';
import * as pulumi from '@pulumi/pulumi';

/** A file of definitions that a cluster of the stack's own gets; a RunError, with the way to it, when it is not on this machine. */
export function present(file: string): string {
  if (existsSync(file)) return file;
  throw new pulumi.RunError(
    `${file} is not there: definitions of custom resources are fetched by \`npm run up\` and \`npm run preview\`. ` +
      'Run one of them for this stack; plain `pulumi` works from then on.',
  );
}

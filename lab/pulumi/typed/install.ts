import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkoutDirectory, nodeProgram } from '../launcher';
import { pluginVersion } from '../plugins';

/** Puts a {@link TypedProvider} into a Pulumi home, as the plugin of the version that the program depends on. */
export function installTypedProvider(name: string, home: string): void {
  const directory = join(home, 'plugins', `resource-${name}-${pluginVersion(`@pulumi/${name}`)}`);
  const loader = `file://${join(checkoutDirectory, 'node_modules', 'tsx', 'dist', 'loader.mjs')}`;
  mkdirSync(directory, { recursive: true });
  writeFileSync(
    join(directory, `pulumi-resource-${name}`),
    `#!/bin/sh\nexec '${nodeProgram()}' --import '${loader}' '${join(__dirname, 'main.ts')}' ${name} "$@"\n`,
    { mode: 0o755 },
  );
}

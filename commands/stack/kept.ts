import { existsSync, readdirSync } from 'node:fs';
import { pulumiHomeDirectory } from '../../lab/pulumi/home';
import { cacheDirectory } from '../../lab/directories';

/** What lies in the lab's Pulumi home (lab/pulumi/home.ts), in the order in which it is told. */
const inHome: Readonly<Record<string, string>> = {
  passphrase: "the passphrase of lab stacks' secrets",
  backend: "Pulumi's file backend: the states of other lab stacks, if there are any",
  versions: 'links to the Pulumi CLI and its language host',
  plugins: 'links to the providers',
  workspaces: 'which stack is selected where',
  logs: "an empty mark that keeps Pulumi's automatic logs off",
};

/** What is kept after a lab stack is gone, where it lies, and what each part is: one text for the terminal. */
export function describeKept(): string {
  const home = pulumiHomeDirectory();
  const parts = existsSync(home) ? readdirSync(home).filter((name) => !name.startsWith('.')) : [];
  const known = Object.keys(inHome).filter((name) => parts.includes(name));
  const others = parts.filter((name) => !known.includes(name)).sort();
  const width = Math.max(0, ...parts.map((name) => name.length));
  const lines = [
    ...(existsSync(cacheDirectory())
      ? [`  ${cacheDirectory()}  compiled programs, packages, images: the next \`npm run up\` starts at once`]
      : []),
    ...(parts.length > 0 ? [`  ${home}  the Pulumi home of all lab stacks:`] : []),
    ...[...known, ...others].map(
      (name) => `    ${name.padEnd(width)}  ${inHome[name] ?? 'written by Pulumi itself'}`,
    ),
  ];
  return lines.length === 0
    ? 'Nothing is kept.'
    : `Kept, and safe to delete while no lab exists:\n${lines.join('\n')}`;
}

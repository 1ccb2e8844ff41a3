import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { runPreview, type BlankPulumi, type PreviewRun } from '../../../commands/review/blank';
import { checkout } from '../../../commands/stack/stack';
import { capture } from '../../../lab/command';

/** A context of a cluster that nobody answers for: what a preview must do without. */
const kubeconfig = `apiVersion: v1
kind: Config
clusters: [{ name: nowhere, cluster: { server: 'https://127.0.0.1:1' } }]
users: [{ name: nobody, user: {} }]
contexts: [{ name: nowhere, context: { cluster: nowhere, user: nobody } }]
`;

/** Previews an example as a user has it: a directory elsewhere, with the packages of its package.json, judged by the policy pack as prod is; `edit` may change its program before. */
export async function previewExample(
  pulumi: BlankPulumi,
  name: string,
  edit: (file: string) => void = () => undefined,
): Promise<PreviewRun> {
  const place = mkdtempSync(join(pulumi.directory, `example-${name}-`));
  const backend = join(place, 'backend');
  mkdirSync(backend, { recursive: true });
  cpSync(join(checkout, 'examples', name), place, { recursive: true });
  withPackages(place);
  // The example's way to the package begins in the repository.
  const project = join(place, 'Pulumi.yaml');
  writeFileSync(project, readFileSync(project, 'utf8').replace('../../plugin', join(checkout, 'plugin')));
  const file = join(place, 'kubeconfig');
  writeFileSync(file, kubeconfig);
  const env = { ...pulumi.env, KUBECONFIG: file, PULUMI_BACKEND_URL: `file://${backend}?metadata=skip` };
  const run = async (...args: string[]) => {
    const { code, stderr } = await capture(pulumi.command, [...args, '--non-interactive'], {
      cwd: place,
      env,
    });
    if (code !== 0) throw new Error(`pulumi ${args.join(' ')}: ${stderr}`);
  };
  await run('stack', 'init', 'example');
  await run('config', 'set', 'context', 'nowhere');
  await run('config', 'set', '--secret', 'pagerUrl', 'https://pager.example.org/hook');
  edit(name === 'yaml' ? project : join(place, 'index.ts'));
  const pack = join(checkout, 'policies');
  return runPreview(
    pulumi.command,
    ['--stack', 'example', '--policy-pack', pack, '--policy-pack-config', join(pack, 'stacks', 'prod.json')],
    { cwd: place, env, signal: pulumi.signal },
  );
}

/** What a user's program does not need of the repository, and npm would copy nevertheless. */
const unneeded = new Set(
  ['node_modules', '.git', 'test', 'bench', 'docs', 'examples'].map((name) => join(checkout, name)),
);

/** What npm would have put there: each package of the checkout, and a copy of the checkout itself. */
function withPackages(place: string): void {
  const modules = join(place, 'node_modules');
  mkdirSync(modules);
  for (const entry of readdirSync(join(checkout, 'node_modules')))
    symlinkSync(join(checkout, 'node_modules', entry), join(modules, entry));
  cpSync(checkout, join(modules, 'continuous-load'), {
    recursive: true,
    filter: (from) => !unneeded.has(from),
  });
}

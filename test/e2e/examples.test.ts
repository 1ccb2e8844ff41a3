import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { makeBlankPulumi, type BlankPulumi, type PreviewRun } from '../../commands/review/blank';
import { silentProgress } from '../../lab/progress';
import { ensurePrograms, programPath } from '../../lab/toolchain/toolchain';
import { previewExample } from './support/examples';

const minutes = (count: number) => count * 60_000;
const directory = mkdtempSync(join(tmpdir(), 'examples-'));
let pulumi: BlankPulumi;

beforeAll(async () => {
  await ensurePrograms(['pulumi', 'pulumi-language-yaml'], silentProgress);
  pulumi = await makeBlankPulumi(directory, new AbortController().signal);
  copyFileSync(programPath('pulumi-language-yaml'), join(dirname(pulumi.command), 'pulumi-language-yaml'));
}, minutes(30));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** What is made, as `type name`. */
const made = ({ preview }: PreviewRun) =>
  preview.resources.map(({ type, urn }) => `${type} ${urn.split('::').at(-1) ?? ''}`);

test(
  'the TypeScript example is previewed by a real engine, and keeps every policy',
  async () => {
    const run = await previewExample(pulumi, 'typescript');
    expect({ errors: run.preview.errors, findings: run.preview.findings }).toEqual({
      errors: [],
      findings: [],
    });
    expect(run.exitCode).toBe(0);
    expect(made(run)).toEqual(
      expect.arrayContaining([
        'continuous-load:index:ContinuousLoad load',
        'kubernetes:apps/v1:Deployment injector',
        'kubernetes:monitoring.coreos.com/v1:PrometheusRule continuous-load',
      ]),
    );
  },
  minutes(12),
);

describe('the YAML example, for which the engine starts the package as a plugin,', () => {
  test(
    'is previewed with every policy kept',
    async () => {
      const run = await previewExample(pulumi, 'yaml');
      expect({ errors: run.preview.errors, findings: run.preview.findings }).toEqual({
        errors: [],
        findings: [],
      });
      expect(run.exitCode).toBe(0);
      expect(made(run)).toEqual(
        expect.arrayContaining([
          'continuous-load:index:LoadInjector load',
          'kubernetes:core/v1:Namespace continuous-load',
        ]),
      );
      const workloads = made(run).filter((one) => one.startsWith('kubernetes:apps/'));
      expect(workloads).toEqual(['kubernetes:apps/v1:Deployment injector']);
    },
    minutes(12),
  );

  test(
    'is refused with every mistake at once, in its own words',
    async () => {
      const run = await previewExample(pulumi, 'yaml', (file) =>
        writeFileSync(
          file,
          readFileSync(file, 'utf8')
            .replace('rate: 2', 'rate: -2')
            .replace('bound: 300ms', 'bound: 300 parsecs'),
        ),
      );
      expect(run.exitCode).not.toBe(0);
      const [error = ''] = run.preview.errors;
      expect(error).toContain('2 mistakes in the arguments of LoadInjector load; nothing was made');
      expect(error).toContain('targets[0].rate is -2');
      expect(error).toContain('targets[0].latency.bound is "300 parsecs"');
      expect(made(run).filter((one) => one.startsWith('kubernetes:'))).toEqual([]);
    },
    minutes(12),
  );
});

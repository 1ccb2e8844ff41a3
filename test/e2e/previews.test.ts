import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { ensurePulumiHome } from '../../lab/pulumi/home';
import { silentProgress } from '../../lab/progress';
import { ensurePrograms } from '../../lab/toolchain/toolchain';
import type { StackReview } from '../../commands/review/review';
import { checkout } from '../../commands/stack/stack';
import { installTypedProvider } from '../../lab/pulumi/typed/install';
import { startVerb } from './support/verbs';
import { report, seconds } from './support/wait';

const minutes = (count: number) => count * 60_000;
const directory = mkdtempSync(join(tmpdir(), 'previews-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** What the files of the repository leave to their owners. */
const owners: Record<string, Record<string, object>> = {
  prod: {
    cluster: {
      account: '123456789012',
      publicCidrs: ['198.51.100.7/32'],
      instanceChaos: { stopAlarm: 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:pages' },
    },
    monitoring: {
      receivers: [{ name: 'on-call', url: 'https://pager.example.org/', severities: ['page', 'ticket'] }],
    },
  },
};

beforeAll(async () => {
  await ensurePrograms(['pulumi', 'crds'], silentProgress);
  process.env['XDG_STATE_HOME'] = join(directory, 'state');
  const { home, cli, env } = await ensurePulumiHome();
  for (const provider of ['aws', 'docker-build']) installTypedProvider(provider, home);
  Object.assign(process.env, env, { CONTINUOUS_LOAD_K3D_ELSEWHERE: '1' });
  for (const stack of Object.keys(owners)) {
    // A project of its own: Pulumi writes the stack's salt beside the project file.
    mkdirSync(join(directory, stack));
    writeFileSync(join(directory, stack, 'Pulumi.yaml'), 'name: continuous-load\nruntime: nodejs\n');
    writeFileSync(configFile(stack), completed(stack));
    execFileSync(cli, ['stack', 'init', stack, '--non-interactive'], {
      cwd: join(directory, stack),
      env: process.env,
    });
  }
}, minutes(30));

const configFile = (stack: string) => join(directory, stack, `Pulumi.${stack}.yaml`);

function completed(stack: string): string {
  const document = parseDocument(readFileSync(join(checkout, `Pulumi.${stack}.yaml`), 'utf8'));
  for (const [section, fields] of Object.entries(owners[stack] ?? {}))
    for (const [field, value] of Object.entries(fields))
      document.setIn(['config', `continuous-load:${section}`, field], value);
  return String(document);
}

/** What a preview would make, as `type name` in the engine's short spelling (`aws:eks:Cluster prod`); a mandatory policy or a refused input ends it with a code. */
async function preview(stack: string): Promise<string[]> {
  const flags = ['--config-file', configFile(stack), '--non-interactive'];
  const { code, output, stdout, tookMs } = await startVerb('preview', [stack, ...flags]).done;
  report(`preview of ${stack}`, seconds(tookMs));
  if (code !== 0) throw new Error(`exit code ${code}\n${output}`);
  expect(output).toMatch(/continuous-load@v\S+ \(local: /);
  const made = [...stdout.matchAll(/^ \+ +(\S+) (\S+) create\b/gm)].map(
    ([, type, name]) => `${type} ${name}`,
  );
  return [...new Set(made)];
}

describe('a real engine previews, judged by the policy pack, without Docker, cluster or account', () => {
  test(
    'stack prod, whose inputs the SDK of AWS takes',
    async () => {
      const made = await preview('prod');
      expect(made).toEqual(
        expect.arrayContaining([
          'aws:eks:Cluster prod',
          'aws:eks:NodeGroup injectors',
          'aws:eks:NodeGroup workers',
          'aws:eks:Addon aws-ebs-csi-driver',
          'aws:fis:ExperimentTemplate terminate-worker',
          'docker-build:index:Image k6',
          'kubernetes:apps/v1:Deployment injector',
          'kubernetes:storage.k8s.io/v1:StorageClass volumes',
        ]),
      );
      expect(made.filter((one) => one.startsWith('aws:')).length).toBeGreaterThan(50);
    },
    minutes(12),
  );
});

describe('a review, by a Pulumi of its own', () => {
  const review = (...args: string[]) => startVerb('review', ['dev', '--json', ...args]).done;

  test(
    'passes stack dev, whose images are built by Docker elsewhere',
    async () => {
      const { code, output, stdout, tookMs } = await review();
      report('review of dev', seconds(tookMs));
      if (code !== 0) throw new Error(`exit code ${code}\n${output}`);
      const [{ passed, changes, findings, load }] = JSON.parse(stdout) as [StackReview];
      expect(passed).toBe(true);
      expect(findings.filter(({ level }) => level === 'mandatory')).toEqual([]);
      const made = changes.map(({ operation, resource }) => `${operation} ${resource}`);
      expect(made).toEqual(
        expect.arrayContaining([
          'create k3d:Cluster dev',
          'create docker-build:Image echo',
          'create Deployment continuous-load/injector',
        ]),
      );
      expect(made.filter((one) => one.includes('aws:'))).toEqual([]);
      expect(load.find(({ path }) => path === 'service')?.perSecond).toBe(4);
    },
    minutes(12),
  );

  test(
    'fails it for a load over its budget, and names rule and resource',
    async () => {
      const { code, stdout, output } = await review(
        '--set',
        'dev:paths.service.rate=120',
        '--set',
        'load.maxRate=200',
        '--set',
        'dev:injector.resources.limits.memory=512MB',
      );
      expect({ code, output: code === 3 ? '' : output }).toEqual({ code: 3, output: '' });
      const [{ passed, findings }] = JSON.parse(stdout) as [StackReview];
      expect(passed).toBe(false);
      expect(findings.filter(({ level }) => level === 'mandatory').map(({ rule }) => rule)).toContain(
        'load-budget',
      );
    },
    minutes(12),
  );
});

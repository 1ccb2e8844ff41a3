import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as pulumi from '@pulumi/pulumi';
import { readEvents, type Preview, type PreviewedResource } from '../../../commands/review/events';
import { commentMark, renderMarkdown } from '../../../commands/review/markdown';
import { costsOfAws } from '../../../commands/review/prices';
import { reviewOf, sum } from '../../../commands/review/review';
import { program } from '../../../program';
import { deploy, stackConfig } from '../../deploy';

// Events of a real engine (3.259): a shop's program changed in every way, judged by the pack; and one that throws.
const stream = (name: string) =>
  readEvents(readFileSync(join(__dirname, 'streams', `${name}.jsonl`), 'utf8'));

/** The preview of a new stack, made of what the program registers. */
async function previewOf(stack: string, extra: Record<string, object> = {}): Promise<Preview> {
  const config = stackConfig(stack);
  for (const [section, fields] of Object.entries(extra)) {
    const key = `continuous-load:${section}`;
    config[key] = JSON.stringify({ ...JSON.parse(config[key] ?? '{}'), ...fields });
  }
  pulumi.runtime.setAllConfig(config);
  const { resources } = await deploy(program, { stack });
  return {
    resources: resources.map(({ urn, type, inputs }) => ({
      ...{ urn, type, inputs },
      ...{ operation: 'create' as const, changed: [], replacedFor: [] },
    })),
    ...{ findings: [], errors: [], warnings: [], complete: true },
  };
}

const prod = {
  cluster: { account: '123456789012', publicCidrs: ['198.51.100.7/32'] },
  monitoring: { receivers: [{ name: 'on-call', url: 'https://pager.example.org/s3cret' }] },
};

describe('the events of an engine', () => {
  const refused = stream('refused');

  it('say what becomes of each resource, a replacement once and with its reason', () => {
    const touched = refused.resources.filter(({ operation }) => operation !== 'same');
    expect(
      touched.map(({ operation, urn, changed, replacedFor }) => [
        operation,
        urn.replace(/^.*::shop::/, ''),
        changed,
        replacedFor,
      ]),
    ).toEqual(
      expect.arrayContaining([
        ['create', 'kubernetes:core/v1:ConfigMap::settings', [], []],
        ['update', 'kubernetes:apps/v1:Deployment::worker', ['spec.replicas'], []],
        [
          'replace',
          'kubernetes:apps/v1:Deployment::web',
          ['metadata.name', 'spec.template.spec.containers'],
          ['metadata.name'],
        ],
        ['replace', 'kubernetes:core/v1:Secret::login', ['stringData.port'], ['stringData.port']],
        ['delete', 'kubernetes:core/v1:Service::web', [], []],
      ]),
    );
    expect(touched).toHaveLength(5);
  });

  it('are whole only with their last one, and other lines are passed over', () => {
    expect(refused.complete).toBe(true);
    expect(readEvents('Updating plugins…\n{\n  "half": ').complete).toBe(false);
  });
});

describe('the review of a stack', () => {
  const refused = reviewOf('shop', stream('refused'), 1, { kind: 'state' });

  it('fails for a mandatory rule, and says rule, resource and how to mend it', () => {
    expect(refused.passed).toBe(false);
    expect(refused.failures).toEqual([expect.stringMatching(/^\d+ mandatory rules are broken$/)]);
    expect(refused.findings).toContainEqual({
      level: 'mandatory',
      rule: 'image-pinned',
      resource: 'Deployment shop/web-2',
      problem: 'image is "example.org/web:latest".',
      mend: expect.stringMatching(/^Name the version/),
    });
    expect(refused.findings).toContainEqual(
      expect.objectContaining({ level: 'advisory', rule: 'network-policies', resource: 'Namespace shop' }),
    );
  });

  it('fails for a program that throws, with its words', () => {
    const stopped = reviewOf('shop', stream('stopped'), 1, { kind: 'state' });
    expect(stopped.failures).toEqual(['the preview failed (exit code 1)', 'the config of the shop is wrong']);
  });

  it('fails for an engine that was killed, and for a rule that gave up', () => {
    const whole = { ...stream('refused'), findings: [], errors: [] };
    expect(reviewOf('shop', whole, 0, { kind: 'state' }).passed).toBe(true);
    expect(reviewOf('shop', { ...whole, complete: false }, 0, { kind: 'state' }).passed).toBe(false);
    expect(reviewOf('shop', whole, 255, { kind: 'state' }).passed).toBe(false);
    const gaveUp = {
      pack: 'p',
      rule: 'mine',
      level: 'advisory' as const,
      urn: '',
      message: "can't run policy 'mine'",
    };
    expect(reviewOf('shop', { ...whole, findings: [gaveUp] }, 0, { kind: 'state' }).failures).toEqual([
      '1 mandatory rule is broken',
    ]);
  });

  it('compares a new stack with that of a base: alerts, load, resources', async () => {
    const base = await previewOf('lab');
    const head = await previewOf('lab', {
      paths: { service: { rate: 8, availability: 99.5 }, udp: { enabled: false } },
    });
    const { alerts, load, changes, against } = reviewOf('lab', head, 0, {
      kind: 'base',
      ref: 'main',
      preview: base,
    });
    expect(against).toBe('main');
    expect(load.find(({ path }) => path === 'service')).toMatchObject({ perSecond: 8, before: 4 });
    expect(load.find(({ path }) => path === 'udp')).toMatchObject({ perSecond: 0, before: 4, counters: 0 });
    expect(alerts.changes).toContainEqual(
      expect.objectContaining({ kind: 'removed', name: 'PathDown', path: 'udp' }),
    );
    const burn = alerts.changes.find(({ name, path }) => /Burn/.test(name) && path === 'service');
    expect(burn).toMatchObject({ kind: 'changed', fields: [{ field: 'expr' }] });
    expect(alerts.changes.filter(({ path }) => path === 'dns')).toEqual([]);
    // the scripts' data is named by its content
    expect(changes).toContainEqual(
      expect.objectContaining({ operation: 'replace', replacedFor: ['metadata.name'] }),
    );
    expect(changes.filter(({ resource }) => /Namespace/.test(resource))).toEqual([]);
  });

  it('finds nothing where nothing changed', async () => {
    const preview = await previewOf('lab');
    const { changes, alerts } = reviewOf('lab', preview, 0, { kind: 'base', ref: 'main', preview });
    expect({ changes, of: alerts.changes, total: alerts.total > 50 }).toEqual({
      changes: [],
      of: [],
      total: true,
    });
  });

  it('knows what the defaults of prod cost as docs/clusters.md has it, its smaller items left out', async () => {
    const costs = costsOfAws((await previewOf('prod', prod)).resources);
    const table = readFileSync(join(__dirname, '../../../docs/clusters.md'), 'utf8');
    const documented = (row: RegExp) =>
      Number(new RegExp(`\\| ${row.source}[^|]*\\|\\s+(\\d+)`).exec(table)?.[1]);
    const found = (what: RegExp) => Math.round(costs.find((cost) => what.test(cost.what))?.usdPerMonth ?? 0);
    expect(found(/control plane/)).toBe(documented(/control plane/));
    expect(found(/workers/)).toBe(documented(/workers/));
    expect(Math.abs(found(/injectors/) - documented(/injectors/))).toBeLessThan(2);
    expect(found(/NAT/)).toBe(documented(/NAT/));
    expect(sum(costs)).toBeGreaterThan(600);
    expect(sum(costs)).toBeLessThan(690);
  });

  it('does not guess a price', () => {
    const group = {
      urn: 'a::g',
      type: 'aws:eks/nodeGroup:NodeGroup',
      inputs: { scalingConfig: { desiredSize: 1 }, instanceTypes: ['x9.huge'] },
    };
    const resource: PreviewedResource = { ...group, operation: 'create', changed: [], replacedFor: [] };
    expect(sum(costsOfAws([resource]))).toBeNaN();
  });
});

describe('the comment', () => {
  const refused = reviewOf('shop', stream('refused'), 1, { kind: 'state' });
  const text = renderMarkdown([refused]);

  it('begins with the mark by which it is found again, then the verdict', () => {
    expect(text.startsWith(`${commentMark}\n\n## ❌ Stack \`shop\``)).toBe(true);
  });

  it('says replacements and deletions loudly, each with its reason', () => {
    expect(text).toMatch(/> \[!WARNING\]\n> \*\*2 replaced: what is there is removed\*\*/);
    expect(text).toContain('> - `Deployment shop/web-2` for `metadata.name`');
    expect(text).toMatch(/> \*\*1 deleted\*\*\n> - `Service shop\/web`/);
  });

  it('has no value of an input, and so no secret', async () => {
    // 'hunter2…' is what the recorded stack has for a password
    expect(text).not.toContain('hunter2');
    const review = reviewOf('prod', await previewOf('prod', prod), 0, { kind: 'nothing' });
    expect(renderMarkdown([review]) + JSON.stringify(review)).not.toContain('s3cret');
  });

  it('cannot be broken out of by a text, and calls nobody', () => {
    const finding = {
      level: 'mandatory' as const,
      rule: 'r',
      resource: 'a|`b`',
      problem: '<img> @team\n| x |',
      mend: '',
    };
    const row = renderMarkdown([{ ...refused, findings: [finding] }])
      .split('\n')
      .find((line) => line.includes('mandatory |'));
    expect(row).toBe("| ❌ mandatory | `r` | `a\\|'b'` | &lt;img> @\u200Bteam \\| x \\| |  |");
  });

  it('stays under what GitHub takes, however much changes', () => {
    const change = {
      operation: 'update' as const,
      resource: 'r'.repeat(400),
      type: 't',
      changed: Array(9).fill('p'.repeat(400)),
      replacedFor: [],
    };
    const many = { ...refused, changes: Array.from({ length: 2000 }, () => change) };
    expect(renderMarkdown([many, many]).length).toBeLessThan(65_536);
    expect(renderMarkdown([many])).toMatch(/… and \d+ more\./);
  });
});

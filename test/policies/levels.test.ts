import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { judge, remedied } from '../../policies/lib/judge';
import { policies } from '../../policies/policies';
import { rules } from '../../policies/rules';

const root = join(__dirname, '../..');
const namespace = (labels: object) => ({
  urn: 'urn:pulumi:s::p::kubernetes:core/v1:Namespace::shop',
  type: 'kubernetes:core/v1:Namespace',
  props: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels } },
});
const levels = (config: any) =>
  judge(rules, [namespace({})], config).map(({ rule, level }) => `${level} ${rule}`);

describe('levels', () => {
  it('are the rule’s own unless a stack says otherwise', () => {
    expect(levels({})).toEqual(['mandatory namespace-restricted']);
    expect(levels({ all: 'advisory' })).toEqual(['advisory namespace-restricted']);
    expect(levels({ 'namespace-restricted': 'advisory' })).toEqual(['advisory namespace-restricted']);
    expect(levels({ 'namespace-restricted': { enforcementLevel: 'disabled' } })).toEqual([]);
    expect(levels({ 'namespace-restricted': { allowed: ['restricted', ''] } })).toEqual([]);
  });

  it('remediate mends what can be mended, and leaves what is right', () => {
    const config = { 'namespace-restricted': { enforcementLevel: 'remediate' as const } };
    const [mended] = remedied(rules, [namespace({ team: 'shop' })], config);
    expect((mended!.props as any).metadata).toEqual({
      name: 'shop',
      labels: { team: 'shop', 'pod-security.kubernetes.io/enforce': 'restricted' },
    });
    expect(judge(rules, [mended!], config)).toEqual([]);
    expect(remedied(rules, [mended!], config)).toEqual([mended]);
    expect(remedied(rules, [namespace({})], {})).toEqual([namespace({})]);
  });

  it('remediate through Pulumi’s interface, but not where a part of the object is not known', () => {
    const policy: any = policies(rules).find(({ name }) => name === 'namespace-restricted');
    const args = (props: object) => ({ ...namespace({}), props, getConfig: () => ({}) });
    expect(policy.remediateResource(args(namespace({}).props)).metadata.labels).toEqual({
      'pod-security.kubernetes.io/enforce': 'restricted',
    });
    const open = {
      ...namespace({}).props,
      get spec(): never {
        throw new Error('unknown');
      },
    };
    expect(policy.remediateResource(args(open))).toBeUndefined();
  });
});

describe('the files of the stacks', () => {
  const files = readdirSync(join(root, 'policies/stacks'));

  it('are there for lab, dev and prod', () =>
    expect(files.sort()).toEqual(['dev.json', 'lab.json', 'prod.json']));

  it.each(files)('%s names rules and settings that there are', (file) => {
    const config: Record<string, any> = JSON.parse(readFileSync(join(root, 'policies/stacks', file), 'utf8'));
    for (const [name, own] of Object.entries(config)) {
      const rule = rules.find((one) => one.name === name);
      expect([name, rule?.name]).toEqual([name, name]);
      const { enforcementLevel = own, ...settings } = typeof own === 'string' ? {} : own;
      if (typeof own === 'string')
        expect(['advisory', 'mandatory', 'remediate', 'disabled']).toContain(enforcementLevel);
      for (const setting of Object.keys(settings))
        expect(Object.keys(rule?.settings ?? {})).toContain(setting);
    }
  });
});

describe('rules', () => {
  it('have names that Pulumi takes, one a file, and sentences', () => {
    const files = readdirSync(join(root, 'policies/rules')).filter((file) => file !== 'index.ts');
    expect(rules.map(({ name }) => `${name}.ts`).sort()).toEqual(files.sort());
    for (const { name, description, mend } of rules) {
      expect(name).toMatch(/^[a-z0-9-]{1,100}$/);
      expect(name).not.toBe('all');
      for (const sentence of [description, mend]) expect(sentence).toMatch(/^[A-Z].*[.]$/);
    }
  });

  it('are all in docs/policies.md, with their level', () => {
    const page = readFileSync(join(root, 'docs/policies.md'), 'utf8');
    for (const { name, level } of rules)
      expect(page).toMatch(new RegExp(`^\\| \`${name}\` +\\| ${level} `, 'm'));
  });
});

import { judge } from '../../policies/lib/judge';
import type { Resource } from '../../policies/lib/objects';
import { rules } from '../../policies/rules';
import { crdFixture } from '../components/crd-fixture';
import { Editor } from './editor';
import { goodStack, goodStacks, packConfig } from './good-stacks';
import { mutilations, withChaos } from './mutilations';

const mockFixture = crdFixture();
jest.mock('../../lab/toolchain/crds', () => ({
  operatorCrds: () => mockFixture,
  gatewayCrds: () => mockFixture,
  meshCrds: () => mockFixture,
}));

let good: Record<string, readonly Resource[]>;
beforeAll(async () => {
  good = {};
  for (const name of goodStacks) good[name] = await goodStack(name);
  good['chaos'] = withChaos(new Editor(good['lab']!)).resources;
});

const found = (resources: readonly Resource[], config = {}) => judge(rules, resources, config);

describe('the good stacks', () => {
  it.each(goodStacks)('%s is as it should be', (name) => {
    const violations = found(good[name]!, packConfig(name)).filter(({ level }) => level === 'mandatory');
    expect(violations.map(({ message }) => message)).toEqual([]);
  });

  it('have network policies where the network keeps them; to lack them is said and not refused', () => {
    expect(found(good['prod']!, packConfig('prod'))).toEqual([]);
    const cni = good['prod']!.find(({ props }) => (props as { addonName?: string }).addonName === 'vpc-cni');
    expect(cni?.props).toMatchObject({ configurationValues: '{"enableNetworkPolicy":"true"}' });
    const editor = new Editor(good['prod']!);
    for (const { urn } of [...editor.resources])
      if (urn.includes('NetworkPolicy::')) editor.remove(`NetworkPolicy ${urn.split('::').at(-1) ?? ''}`);
    const violations = found(editor.resources, packConfig('prod'));
    expect(new Set(violations.map(({ rule, level }) => `${level} ${rule}`))).toEqual(
      new Set(['advisory network-policies']),
    );
  });

  it('may have a reaper that keeps to the rules', () => {
    const strict = { ...packConfig('lab'), 'chaos-quiet-hours': { required: true } };
    expect(found(good['chaos']!, strict).map(({ message }) => message)).toEqual([]);
  });
});

describe('a stack with one thing wrong is refused by the one rule that is about it', () => {
  it.each(mutilations)('$rule: $title', ({ rule, stack = 'lab', change, config }) => {
    const editor = new Editor(good[stack]!);
    change(editor);
    const violations = found(editor.resources, {
      ...packConfig(stack === 'chaos' ? 'lab' : stack),
      ...config,
    });
    const refused = violations.filter(({ level }) => level === 'mandatory');
    expect([...new Set(refused.map((one) => one.rule))]).toEqual([rule]);
    for (const { message, urn } of refused) {
      // the rule, the object, the value, and how to mend it
      expect(message).toMatch(/^\[[a-z-]+\] [A-Z]\w+ [\w./-]+: .{8,}\. [A-Z].{10,}\.$/s);
      expect(editor.resources.map((one) => one.urn)).toContain(urn);
    }
  });

  it('are at least sixty, and leave no rule out that refuses', () => {
    expect(mutilations.length).toBeGreaterThanOrEqual(60);
    const refusing = rules.filter(({ level }) => level !== 'advisory').map(({ name }) => name);
    expect(refusing.filter((name) => !mutilations.some(({ rule }) => rule === name))).toEqual([]);
  });
});

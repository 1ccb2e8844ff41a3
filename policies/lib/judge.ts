import { kubernetesObject, type Resource } from './objects';
import { judgeObject, judgeStack, settingsOf, type Finding, type Level, type Rule } from './rule';
import { stackOf } from './stack';

/** Rule → level, or level and settings: what `--policy-pack-config` reads. */
export type PackConfig = Readonly<
  Record<string, Level | Readonly<{ enforcementLevel?: Level; [setting: string]: unknown }>>
>;

/** What a rule found, and how much it matters. */
export interface Violation extends Finding {
  readonly rule: string;
  readonly level: Level;
}

/** Everything that rules find on resources, as the engine would report it. */
export function judge(
  rules: readonly Rule[],
  resources: readonly Resource[],
  config: PackConfig = {},
): Violation[] {
  const stack = stackOf(resources);
  return rules.flatMap((rule) => {
    const { level, settings } = configured(rule, config);
    if (level === 'disabled') return [];
    const found =
      'judge' in rule
        ? stack.objects.flatMap((object) => judgeObject(rule, object, settings))
        : judgeStack(rule, stack, settings);
    return found.map((each) => ({ ...each, rule: rule.name, level }));
  });
}

/** Resources as rules that may mend them leave them. */
export function remedied(
  rules: readonly Rule[],
  resources: readonly Resource[],
  config: PackConfig = {},
): Resource[] {
  return resources.map((resource) => rules.reduce((mended, rule) => remedy(rule, mended, config), resource));
}

function remedy(rule: Rule, resource: Resource, config: PackConfig): Resource {
  const { level, settings } = configured(rule, config);
  const object = kubernetesObject(resource);
  if (level !== 'remediate' || !object || !('judge' in rule)) return resource;
  const props = rule.remedy?.(object, settings);
  return props ? { ...resource, props } : resource;
}

function configured(rule: Rule, config: PackConfig) {
  const own = config[rule.name] ?? config['all'] ?? rule.level;
  if (typeof own === 'string') return { level: own, settings: settingsOf(rule) };
  const { enforcementLevel, ...settings } = own;
  return { level: enforcementLevel ?? rule.level, settings: settingsOf(rule, settings) };
}

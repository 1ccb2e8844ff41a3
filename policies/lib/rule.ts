import { nameOf, type KubernetesObject } from './objects';
import type { Stack } from './stack';

/** What a violation does: stops the update, is only said, is mended by the rule itself, or nothing. */
export type Level = 'advisory' | 'mandatory' | 'remediate' | 'disabled';

/** What a rule found on one object. */
export interface Finding {
  /** URN of the object. */
  readonly urn: string;
  readonly message: string;
}

/** JSON schema of a setting of a rule, with its default. */
export interface Setting {
  readonly type: 'number' | 'string' | 'boolean' | 'array' | 'object';
  readonly description: string;
  readonly default: unknown;
}

/** Values of a rule's settings by name. */
export type Settings = Readonly<Record<string, unknown>>;

interface RuleWords {
  /** Lower case words with dashes; what a config names. */
  readonly name: string;
  /** One sentence: what must be so. */
  readonly description: string;
  /** How to mend it: said in every message. */
  readonly mend: string;
  readonly level: Level;
  readonly settings?: Readonly<Record<string, Setting>>;
  /** Whether what the product's own charts make is judged too; default false, as their authors and not the stack say what it is. */
  readonly judgesChart?: boolean;
}

/** A rule over one object at a time. */
export interface ObjectRule<C = Settings> extends RuleWords {
  /** What is wrong, each with its value; nothing where the object is right or not the rule's business. */
  readonly judge: (object: KubernetesObject, settings: C) => readonly string[];
  /** The object as it should be; undefined where it is right. */
  readonly remedy?: (object: KubernetesObject, settings: C) => Record<string, unknown> | undefined;
}

/** Something wrong with one of the objects of a stack, with its value. */
export interface Problem {
  readonly object: KubernetesObject;
  readonly problem: string;
}

/** A rule over all objects of a stack. */
export interface StackRule<C = Settings> extends RuleWords {
  readonly judgeStack: (stack: Stack, settings: C) => readonly Problem[];
}

/** Any rule. */
export type Rule = ObjectRule | StackRule;

/** A rule over one object, with the type of its settings, whose values come from `settings`. */
export function objectRule<C = Settings>(rule: ObjectRule<C>): Rule {
  return rule as unknown as ObjectRule; // the settings that it gets are those that it declares
}

/** A rule over a stack, with the type of its settings, whose values come from `settings`. */
export function stackRule<C = Settings>(rule: StackRule<C>): Rule {
  return rule as unknown as StackRule;
}

/** What a rule finds on one object. */
export function judgeObject(rule: ObjectRule, object: KubernetesObject, settings: Settings): Finding[] {
  if (isLeftOut(rule, object)) return [];
  return rule.judge(object, settings).map((problem) => finding(rule, { object, problem }));
}

/** What a rule finds in a stack. */
export function judgeStack(rule: StackRule, stack: Stack, settings: Settings): Finding[] {
  return rule
    .judgeStack(stack, settings)
    .filter(({ object }) => !isLeftOut(rule, object))
    .map((problem) => finding(rule, problem));
}

/** The settings of a rule: what a config says, over the defaults. */
export function settingsOf(rule: Rule, config: Settings = {}): Settings {
  const defaults = Object.entries(rule.settings ?? {}).map(
    ([name, setting]) => [name, setting.default] as const,
  );
  return { ...Object.fromEntries<unknown>(defaults), ...config };
}

/** In the URNs of what kube-prometheus-stack and Istio's charts make where the config names them; charts of other programs are judged like everything else. */
const ofOurCharts = ['MonitoringStack', 'ChartControlPlane'].map(
  (component) => `continuous-load:index:${component}$kubernetes:helm.sh/v4:Chart$`,
);

function isLeftOut({ judgesChart }: RuleWords, { urn }: KubernetesObject): boolean {
  return judgesChart !== true && ofOurCharts.some((part) => urn.includes(part));
}

function finding({ name, mend }: RuleWords, { object, problem }: Problem): Finding {
  return { urn: object.urn, message: `[${name}] ${nameOf(object)}: ${problem}. ${mend}` };
}

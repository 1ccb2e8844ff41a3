import { notKnown } from '../../policies/lib/data';
import { stackOf, type Stack } from '../../policies/lib/stack';
import { rules } from '../../policies/rules';
import { alertsOf, compareAlerts, type AlertChange } from './alerts';
import type { PolicyFinding, Preview, PreviewedResource } from './events';
import { loadOf } from './load';
import { costsOfAws, type Cost } from './prices';
import { changesOfBase, changesOfState, resourceName, type ResourceChange } from './resources';

/** What a change is compared with. */
export type Against =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'state' }
  | { readonly kind: 'base'; readonly ref: string; readonly preview: Preview }
  /** The base could not be previewed. */
  | { readonly kind: 'no base'; readonly ref: string; readonly why: string };

/** Something a policy holds against a resource. */
export interface ReviewedFinding {
  readonly level: 'mandatory' | 'advisory';
  readonly rule: string;
  readonly resource: string;
  readonly problem: string;
  /** How to mend it; empty where the rule of another pack says it within `problem`. */
  readonly mend: string;
}

/** Load of a path now, and as the base had it. */
export interface ReviewedLoad {
  readonly path: string;
  readonly perSecond: number | null;
  readonly before: number | null;
  readonly counters: number | null;
}

/** All there is to say of one stack; what `--json` writes. */
export interface StackReview {
  readonly stack: string;
  /** Whether the change may be merged as far as this stack goes. */
  readonly passed: boolean;
  /** Why not, one line each. */
  readonly failures: readonly string[];
  /** Word for what `changes` are compared with. */
  readonly against: string;
  readonly notes: readonly string[];
  /** Number of resources of the stack. */
  readonly resources: number;
  readonly changes: readonly ResourceChange[];
  readonly findings: readonly ReviewedFinding[];
  readonly alerts: {
    readonly total: number;
    /** Whether there was a base to compare them with. */
    readonly compared: boolean;
    readonly changes: readonly AlertChange[];
  };
  readonly load: readonly ReviewedLoad[];
  readonly costs: readonly Cost[];
  /** What the same costs at the base; null where there is none. */
  readonly costsBefore: number | null;
}

/** What a preview says of a stack, as one plain record. */
export function reviewOf(stack: string, preview: Preview, exitCode: number, against: Against): StackReview {
  const seen = stackOfPreview(preview.resources);
  const base = against.kind === 'base' ? against.preview : undefined;
  const before = base && stackOfPreview(base.resources);
  const findings = preview.findings.map((finding) => reviewed(finding, preview.resources));
  const failures = failuresOf(preview, findings, exitCode);
  const olds = before && new Map(loadOf(before).map(({ path, perSecond }) => [path, perSecond]));
  const news = loadOf(seen);
  const gone = [...(olds ?? [])].filter(([path]) => !news.some((one) => one.path === path));
  return {
    stack,
    passed: failures.length === 0,
    failures,
    against: describeAgainst(against),
    notes: against.kind === 'no base' ? [`${against.ref} could not be previewed: ${against.why}`] : [],
    resources: preview.resources.filter(({ operation }) => operation !== 'delete').length,
    changes:
      base === undefined
        ? changesOfState(preview.resources)
        : changesOfBase(base.resources, preview.resources),
    findings,
    alerts: {
      total: alertsOf(seen).length,
      compared: before !== undefined && preview.complete,
      // A stream that broke off lacks rules that the stack has.
      changes: before && preview.complete ? compareAlerts(alertsOf(before), alertsOf(seen)) : [],
    },
    load: [
      ...news.map(({ path, perSecond, counters }) => ({
        path,
        perSecond: perSecond ?? null,
        before: olds?.get(path) ?? null,
        counters: counters ?? null,
      })),
      ...gone.map(([path, perSecond]) => ({ path, perSecond: 0, before: perSecond ?? null, counters: 0 })),
    ],
    costs: costsOfAws(preview.resources),
    costsBefore: base === undefined ? null : sum(costsOfAws(base.resources)),
  };
}

/** What costs come to, US dollars a month; `NaN` where the price of one is not known. */
export function sum(costs: readonly Cost[]): number {
  return costs.reduce((total, { usdPerMonth }) => total + usdPerMonth, 0);
}

function describeAgainst(against: Against): string {
  if (against.kind === 'state') return 'the state of the stack';
  if (against.kind === 'base') return against.ref;
  return 'nothing: a stack that is not there yet';
}

function failuresOf(preview: Preview, findings: readonly ReviewedFinding[], exitCode: number): string[] {
  const broken = findings.filter(({ level }) => level === 'mandatory').length;
  const brokeDown = preview.errors.length > 0 || !preview.complete || (exitCode !== 0 && broken === 0);
  return [
    ...(broken > 0 ? [`${broken} mandatory ${broken === 1 ? 'rule is' : 'rules are'} broken`] : []),
    ...(brokeDown ? [`the preview failed (exit code ${exitCode})`, ...preview.errors] : []),
  ];
}

/** A rule that could not run is as bad as one that is broken: nobody knows what it would have said. */
const gaveUp = /can't run policy/;

/** `[rule] Kind namespace/name: problem. How to mend it`, as policies/lib/rule.ts writes it after a line with the rule's description. */
function reviewed(finding: PolicyFinding, resources: readonly PreviewedResource[]): ReviewedFinding {
  const rule = rules.find(({ name }) => name === finding.rule);
  const words = finding.message
    .split('\n')
    .slice(rule ? 1 : 0)
    .join(' ');
  const ofRule = words.replace(`[${finding.rule}] `, '');
  const mend = rule !== undefined && ofRule.endsWith(rule.mend) ? rule.mend : '';
  const said = mend === '' ? ofRule : ofRule.slice(0, -mend.length).trim();
  const resource = resources.find(({ urn }) => urn === finding.urn);
  const name = resource ? resourceName(resource) : (finding.urn.split('::').pop() ?? '');
  return {
    level: gaveUp.test(finding.message) ? 'mandatory' : finding.level,
    rule: finding.rule,
    resource: name,
    problem: said.startsWith(`${name}: `) ? said.slice(name.length + 2) : said,
    mend,
  };
}

/** What the engine writes for a value that a preview cannot know (sdk/nodejs/runtime/rpc.ts, `unknownValue`). */
const unknownText = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';

/** The Kubernetes objects of a stack as it would be. */
function stackOfPreview(resources: readonly PreviewedResource[]): Stack {
  return stackOf(
    resources
      .filter(({ operation }) => operation !== 'delete')
      .map(({ urn, type, inputs }) => ({ urn, type, props: withUnknowns(inputs) })),
  );
}

function withUnknowns(value: unknown): unknown {
  if (value === unknownText) return notKnown;
  if (Array.isArray(value)) return value.map(withUnknowns);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withUnknowns(item)]));
}

import type {
  Policies,
  PolicyConfigSchema,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationArgs,
  StackValidationPolicy,
} from '@pulumi/policy';
import { notKnown, plainCopy } from './lib/data';
import { kubernetesObject, type Resource } from './lib/objects';
import {
  judgeObject,
  judgeStack,
  settingsOf,
  type ObjectRule,
  type Rule,
  type Settings,
  type StackRule,
} from './lib/rule';
import { stackOf, type Stack } from './lib/stack';

/**
 * The inputs of a stack's resources, as they are registered. Pulumi shows to rules over stacks what the provider answered, and before the
 * first update, or while the cluster is being made, that is nothing at all: so they judge what was asked for.
 */
class Inputs {
  readonly #byUrn = new Map<string, Resource>();
  #stack: Stack | undefined;

  remember(args: ResourceValidationArgs): void {
    this.#byUrn.set(args.urn, resourceOf(args));
    this.#stack = undefined;
  }

  /** The stack that the resources make up; what was never registered by a program (`pulumi policy analyze`) is judged by its state. */
  stack({ resources }: StackValidationArgs): Stack {
    this.#stack ??= stackOf(resources.map((one) => this.#byUrn.get(one.urn) ?? resourceOf(one)));
    return this.#stack;
  }
}

/** Rules as policies of Pulumi, and one more that takes note of all inputs. */
export function policies(rules: readonly Rule[]): Policies {
  const inputs = new Inputs();
  const noted: ResourceValidationPolicy = {
    name: 'inputs',
    description: 'Takes note of what is asked for; finds nothing.',
    enforcementLevel: 'advisory',
    validateResource: (args) => inputs.remember(args),
  };
  return [noted, ...rules.map((rule) => ('judge' in rule ? ofObjects(rule) : ofStacks(rule, inputs)))];
}

function ofObjects(rule: ObjectRule): ResourceValidationPolicy {
  return {
    ...words(rule),
    validateResource: (args, report) => {
      const object = kubernetesObject(resourceOf(args));
      if (object) for (const { message } of judgeObject(rule, object, configOf(rule, args))) report(message);
    },
    ...(rule.remedy === undefined ? {} : { remediateResource: (args) => remedied(rule, args) }),
  };
}

function ofStacks(rule: StackRule, inputs: Inputs): StackValidationPolicy {
  return {
    ...words(rule),
    validateStack: (args, report) => {
      for (const { message, urn } of judgeStack(rule, inputs.stack(args), configOf(rule, args)))
        report(message, urn);
    },
  };
}

/** The mended inputs; undefined where nothing is to be mended, or where a preview leaves parts open that a mended copy would lose. */
function remedied(rule: ObjectRule, args: ResourceValidationArgs): Record<string, unknown> | undefined {
  const resource = resourceOf(args);
  const object = kubernetesObject(resource);
  return object && !isOpen(resource.props) ? rule.remedy?.(object, configOf(rule, args)) : undefined;
}

function words({ name, description, level, mend, settings = {} }: Rule) {
  const properties = Object.fromEntries(
    Object.entries(settings).map(([key, setting]) => [
      key,
      { ...setting } as PolicyConfigSchema['properties'][string],
    ]),
  );
  return {
    name,
    description,
    enforcementLevel: level,
    remediationSteps: mend,
    ...(Object.keys(properties).length === 0 ? {} : { configSchema: { properties } }),
  };
}

function configOf(rule: Rule, args: Pick<ResourceValidationArgs, 'getConfig'>): Settings {
  return settingsOf(rule, args.getConfig<Settings>());
}

function resourceOf({ urn, type, props }: { urn: string; type: string; props: unknown }): Resource {
  return { urn, type, props: plainCopy(props) };
}

function isOpen(value: unknown): boolean {
  if (value === notKnown) return true;
  return typeof value === 'object' && value !== null && Object.values(value).some(isOpen);
}

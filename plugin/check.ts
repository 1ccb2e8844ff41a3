import * as pulumi from '@pulumi/pulumi';
import { readSettings, type Settings } from '../settings';
import { nearest } from '../settings/nearest';
import { configNamespace, type Problem, shownValue, touches } from '../settings/problem';
import { WrongConfig } from '../settings/wrong-config';
import type { PartName } from './part-name';
import { parts, type Part } from './parts';
import { asArgument, sectionsOf } from './sections';

/** Arguments of a component are refused; the message tells every mistake, and Pulumi shows it without a stack trace. */
export class WrongArguments extends pulumi.RunError {
  constructor(
    part: PartName,
    name: string,
    readonly problems: readonly Problem[],
  ) {
    const count = problems.length === 1 ? '1 mistake' : `${problems.length} mistakes`;
    const lines = problems.flatMap((problem) => [
      `  ✖ ${problem.field} ${shownValue(problem)}; it must be ${problem.allowed}`,
      `      → ${problem.mend}`,
    ]);
    super([`${count} in the arguments of ${part} ${name}; nothing was made:`, ...lines].join('\n'));
  }
}

type Raw = Readonly<Record<string, unknown>>;

/**
 * Reads a component's arguments as a stack's config is read, by the same schemas and with the same contradictions.
 * @throws {@link WrongArguments} with every mistake at once
 */
export function settingsOf(
  part: PartName,
  name: string,
  args: object,
  opts: pulumi.ComponentResourceOptions | undefined,
  stack: string = pulumi.getStack(),
): Settings {
  const raw = args as Raw;
  const outputs = findOutputs(raw);
  const found = [...findProvider(opts), ...outputs, ...findUnknown(part, raw), ...findMissing(part, raw)];
  try {
    const known = outputs.length > 0 ? withoutOutputs(raw) : raw;
    const settings = readSettings(stack, encoded(sectionsOf(part, known, stack)));
    if (found.length === 0) return settings;
  } catch (error) {
    if (!(error instanceof WrongConfig)) throw error;
    const told = [...found];
    found.push(
      ...error.problems
        .map((problem) => asArgument(part, problem))
        .filter(({ field }) => !touches([field], told)),
    );
  }
  throw new WrongArguments(part, name, found);
}

/** The config as the runtime has it: text as it is, everything else as JSON. */
function encoded(sections: Raw): Record<string, string> {
  return Object.fromEntries(
    Object.entries(sections).map(([section, value]) => [
      `${configNamespace}:${section}`,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}

/** A cluster is never guessed: without a provider it would be what kubectl happens to point at. */
function findProvider(opts: pulumi.ComponentResourceOptions | undefined): Problem[] {
  if (kubernetesProvider(opts) !== undefined) return [];
  return [
    {
      field: 'options.provider',
      allowed: 'a provider of package kubernetes: a cluster is never guessed',
      mend: 'make a kubernetes Provider with a kubeconfig or a context of yours, and name it in the options of the component',
    },
  ];
}

/** The provider of Kubernetes that a component's children get. */
export function kubernetesProvider(
  opts: pulumi.ComponentResourceOptions | undefined,
): pulumi.ProviderResource | undefined {
  const given: (pulumi.ProviderResource | undefined)[] = [
    opts?.provider,
    ...Object.values(opts?.providers ?? {}),
  ];
  return (
    given.find((provider) => provider !== undefined && packageOf(provider) === 'kubernetes') ??
    opts?.parent?.getProvider('kubernetes:core/v1:Namespace')
  );
}

function packageOf(provider: pulumi.ProviderResource): string {
  // The SDK's own method, which its types leave out.
  return (provider as unknown as { getPackage(): string }).getPackage();
}

/** What is made depends on the arguments, so they must be known while the program runs. */
function findOutputs(value: unknown, field = ''): Problem[] {
  if (pulumi.Output.isInstance(value))
    return [
      {
        field,
        hidden: true,
        allowed: 'known when the program runs, not an output of a resource or a secret',
        mend: 'give it as plain text: it decides what is made, and what of it is a credential is kept in a Secret',
      },
    ];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    findOutputs(inner, Array.isArray(value) ? `${field}[${key}]` : field === '' ? key : `${field}.${key}`),
  );
}

function withoutOutputs(raw: Raw): Raw {
  return Object.fromEntries(Object.entries(raw).filter(([, value]) => findOutputs(value).length === 0));
}

const namesOf = ({ sections, own }: Part): string[] => [...own.map(({ name }) => name), ...sections];

function findUnknown(part: PartName, raw: Raw): Problem[] {
  const names = namesOf(parts[part]);
  const strange = Object.keys(raw).filter((key) => raw[key] !== undefined && !names.includes(key));
  return strange.map((key) => {
    const meant = nearest(key, names);
    return {
      field: key,
      unknownKey: true,
      allowed: `one of the arguments: ${names.join(', ')}`,
      mend: meant === undefined ? 'remove it' : `remove it, or did you mean ${meant}?`,
    };
  });
}

function findMissing(part: PartName, raw: Raw): Problem[] {
  const { own } = parts[part];
  return own
    .filter(({ name, required }) => required && raw[name] === undefined)
    .map(({ name, description = '' }) => ({
      field: name,
      allowed: 'given',
      mend: `write it: ${description}`,
    }));
}

import { stripVTControlCharacters } from 'node:util';
import { z } from 'zod';

/** What a preview would do to a resource; `replace` removes what is there. */
export type Operation = 'create' | 'update' | 'replace' | 'delete' | 'import' | 'same';

/** A resource as the engine weighed it. */
export interface PreviewedResource {
  readonly urn: string;
  readonly type: string;
  readonly operation: Operation;
  /** Paths of the inputs that differ from the state; empty where there is no state. Never values. */
  readonly changed: readonly string[];
  /** Those of them for which it must be replaced. */
  readonly replacedFor: readonly string[];
  /** Its new inputs, secrets blotted out by the engine; those of the state for what is deleted. */
  readonly inputs: unknown;
}

/** What a policy says of a resource. */
export interface PolicyFinding {
  readonly pack: string;
  readonly rule: string;
  readonly level: 'mandatory' | 'advisory';
  readonly urn: string;
  readonly message: string;
}

/** A preview, read from its events. */
export interface Preview {
  readonly resources: readonly PreviewedResource[];
  readonly findings: readonly PolicyFinding[];
  /** What the engine or a provider called an error, in its words. */
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  /** Whether the engine came to its end: a stream that breaks off has no summary. */
  readonly complete: boolean;
}

/** A state of a resource, as events have it. */
export const stateSchema = z.looseObject({ inputs: z.unknown().optional(), outputs: z.unknown().optional() });

const eventSchema = z.looseObject({
  resourcePreEvent: z
    .looseObject({
      metadata: z.looseObject({
        op: z.string(),
        urn: z.string(),
        type: z.string(),
        logical: z.boolean().optional(),
        diffs: z.array(z.string()).nullish(),
        keys: z.array(z.string()).nullish(),
        detailedDiff: z.record(z.string(), z.looseObject({ diffKind: z.string().optional() })).nullish(),
        new: stateSchema.nullish(),
        old: stateSchema.nullish(),
      }),
    })
    .optional(),
  policyEvent: z
    .looseObject({
      resourceUrn: z.string().optional(),
      message: z.string(),
      policyName: z.string(),
      policyPackName: z.string(),
      enforcementLevel: z.string(),
    })
    .optional(),
  diagnosticEvent: z.looseObject({ message: z.string(), severity: z.string() }).optional(),
  summaryEvent: z.looseObject({}).optional(),
});

type Metadata = NonNullable<z.infer<typeof eventSchema>['resourcePreEvent']>['metadata'];

/**
 * Reads the events of a `pulumi preview --json` with `PULUMI_ENABLE_STREAMING_JSON_PREVIEW` set, one JSON object a line. Lines that are none are
 * passed over: words of the CLI's own, and the last one of an engine that was killed. Throws when an event is not of the form that is known.
 */
export function readEvents(text: string): Preview {
  const events = jsonLines(text).map((line) => eventSchema.parse(line));
  const said = (severity: RegExp) => [
    ...new Set(
      events.flatMap(({ diagnosticEvent: diagnostic }) =>
        diagnostic && severity.test(diagnostic.severity) ? [plain(diagnostic.message)] : [],
      ),
    ),
  ];
  return {
    resources: events.flatMap(({ resourcePreEvent }) =>
      resourcePreEvent ? weighed(resourcePreEvent.metadata) : [],
    ),
    findings: events.flatMap(({ policyEvent: finding }) =>
      finding
        ? {
            pack: finding.policyPackName,
            rule: finding.policyName,
            // what a rule was to mend and did not is as grave as what is mandatory
            level: finding.enforcementLevel === 'advisory' ? ('advisory' as const) : ('mandatory' as const),
            urn: finding.resourceUrn ?? '',
            message: plain(finding.message),
          }
        : [],
    ),
    errors: said(/^error$/).filter((message) => !saysNothing.test(message)),
    warnings: said(/^warning$/),
    complete: events.some(({ summaryEvent }) => summaryEvent !== undefined),
  };
}

const operations: Readonly<Record<string, Operation>> = {
  create: 'create',
  update: 'update',
  replace: 'replace',
  delete: 'delete',
  import: 'import',
  same: 'same',
};

/** A replacement comes as three events, of which one is about the whole (`replace`); the steps `create-replacement` and `delete-replaced` say it again. */
function weighed({
  op,
  urn,
  type,
  diffs,
  keys,
  detailedDiff,
  new: after,
  old: before,
}: Metadata): PreviewedResource[] {
  const operation = operations[op];
  if (operation === undefined) return [];
  const paths = Object.entries(detailedDiff ?? {});
  return [
    {
      urn,
      type,
      operation,
      changed: paths.length > 0 ? paths.map(([path]) => path).sort() : [...(diffs ?? [])].sort(),
      replacedFor:
        operation !== 'replace'
          ? []
          : paths.length > 0
            ? paths.filter(([, { diffKind = '' }]) => diffKind.endsWith('replace')).map(([path]) => path)
            : [...(keys ?? [])],
      inputs: (after ?? before)?.inputs,
    },
  ];
}

// Marks for colours by which the engine writes for a terminal: `<{%reset%}>`.
const paint = /<\{%.*?%\}>/g;

/** What the engine says last of any preview that failed, and that says nothing. */
export const saysNothing = /^preview failed$/;

/** A message without the marks of a terminal. */
export function plain(message: string): string {
  return stripVTControlCharacters(message).replace(paint, '').trim();
}

/** The objects of a text with one a line; other lines are left out. */
export function jsonLines(text: string): unknown[] {
  return text.split('\n').flatMap((line) => {
    try {
      return line.startsWith('{') ? [JSON.parse(line) as unknown] : [];
    } catch {
      return [];
    }
  });
}

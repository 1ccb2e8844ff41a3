import { z } from 'zod';
import { jsonLines, plain, saysNothing, stateSchema } from '../review/events';
import { resourceName } from '../review/resources';

/** A field that is not as the state has it. */
export interface DriftedField {
  readonly field: string;
  /** As the state has it, as JSON; `–` where it has nothing there, `[secret]` for what is nobody's business. */
  readonly wanted: string;
  readonly found: string;
}

/** A resource that somebody else changed. */
export interface Drifted {
  readonly resource: string;
  readonly urn: string;
  readonly what: 'changed' | 'gone';
  /** Of a changed one. */
  readonly fields: readonly DriftedField[];
}

/** What a refresh found. */
export interface DriftReport {
  readonly drifted: readonly Drifted[];
  readonly errors: readonly string[];
  /** Whether the engine came to its end. */
  readonly complete: boolean;
}

const eventSchema = z.looseObject({
  resOutputsEvent: z
    .looseObject({
      metadata: z.looseObject({
        op: z.string(),
        urn: z.string(),
        type: z.string(),
        detailedDiff: z.record(z.string(), z.unknown()).nullish(),
        new: stateSchema.nullish(),
        old: stateSchema.nullish(),
      }),
    })
    .optional(),
  diagnosticEvent: z.looseObject({ message: z.string(), severity: z.string() }).optional(),
  summaryEvent: z.looseObject({}).optional(),
});

/** The key under which a value on the wire says that it is a secret (`specialSigKey` in sdk/nodejs/runtime/rpc.ts). */
const secretMark = '4dabf18193072939515e22adb298388d';

type Metadata = NonNullable<z.infer<typeof eventSchema>['resOutputsEvent']>['metadata'];

/** Reads the events of `pulumi refresh --preview-only --json` with `PULUMI_ENABLE_STREAMING_JSON_PREVIEW` set, one JSON object a line. */
export function readDrift(text: string): DriftReport {
  const events = jsonLines(text).map((line) => eventSchema.parse(line));
  return {
    drifted: events.flatMap(({ resOutputsEvent }) =>
      resOutputsEvent ? driftedOf(resOutputsEvent.metadata) : [],
    ),
    errors: events
      .flatMap(({ diagnosticEvent: said }) => (said?.severity === 'error' ? [plain(said.message)] : []))
      .filter((message) => !saysNothing.test(message)),
    complete: events.some(({ summaryEvent }) => summaryEvent !== undefined),
  };
}

function driftedOf({ op, urn, type, detailedDiff, old, new: found }: Metadata): Drifted[] {
  const resource = resourceName({ urn, type, inputs: old?.inputs });
  if (op === 'delete') return [{ resource, urn, what: 'gone', fields: [] }];
  if (op !== 'update') return [];
  const fields = Object.keys(detailedDiff ?? {}).map((field) => ({
    field,
    wanted: shown(valueAt(old, field), type),
    found: shown(valueAt(found, field), type),
  }));
  return [{ resource, urn, what: 'changed', fields }];
}

/** What lies at a diff's path: in the inputs, or in the outputs of a provider that only tells those. A secret on the way is what is found. */
function valueAt(state: Metadata['old'], path: string): unknown {
  const keys = keysOf(path);
  const within = (value: unknown): unknown =>
    keys.reduce<unknown>((inner, key) => {
      if (typeof inner !== 'object' || inner === null) return undefined;
      if (secretMark in inner) return inner;
      return (inner as Record<string, unknown>)[key];
    }, value);
  return within(state?.inputs) ?? within(state?.outputs);
}

/** Keys of a property path as Pulumi writes it: `spec.ports[0].name`, `metadata.annotations["a.b/c"]`. */
export function keysOf(path: string): readonly string[] {
  return [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(
    ([, quoted, index, plainKey]) => quoted?.replace(/\\(.)/g, '$1') ?? index ?? plainKey ?? '',
  );
}

/** Length at which a value is cut. */
const maxLength = 120;

function shown(value: unknown, type: string): string {
  if (type === 'kubernetes:core/v1:Secret') return '[secret]';
  if (value === undefined || value === null) return '–';
  const text = JSON.stringify(value);
  if (text.includes(secretMark) || text.includes('[secret]')) return '[secret]';
  return text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
}

import { z } from 'zod';
import { factsOf, isGiven, meaningOf, unwrapped, variantsOf } from './field-facts';
import { configNamespace } from './problem';
import { sections } from './schema';

type Json = Record<string, unknown>;

/**
 * JSON Schema (draft 7, which editors know) of a `Pulumi.<stack>.yaml`, made by zod of the schemas that the program reads with: every key, its
 * description and default, and what may be written. It never refuses what the program takes; bounds of durations and sizes, and what only several
 * keys together make wrong, are left to `npm run config -- check`.
 */
export function configJsonSchema(): Json {
  const names = Object.keys(sections);
  const properties = Object.entries(sections).map(([name, schema]) => [
    `${configNamespace}:${name}`,
    schemaOf(schema),
  ]);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Config of a stack of continuous-load',
    type: 'object',
    properties: {
      config: {
        type: 'object',
        properties: Object.fromEntries(properties) as Json,
        // Keys of other namespaces are none of ours.
        patternProperties: { [`^${configNamespace}:(?!(?:${names.join('|')})$)`]: false },
        required: [`${configNamespace}:cluster`],
      },
    },
    required: ['config'],
  };
}

function schemaOf(schema: z.ZodType): Json {
  const made = z.toJSONSchema(schema, {
    target: 'draft-7',
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => complete(zodSchema, jsonSchema),
  });
  delete made.$schema;
  return made;
}

/** Adds what zod cannot know: what our own fields take, and which keys a section of each kind has. */
function complete(zodSchema: unknown, made: Json): void {
  const schema = zodSchema as z.ZodType;
  const inner = unwrapped(schema) as z.ZodType;
  const { description, leftOut } = meaningOf(schema);
  const facts = factsOf.get(inner);
  if (facts && inner === schema) Object.assign(made, facts.written);
  const words = [
    ...(description === undefined ? [] : [description]),
    ...(facts ? [`Must be ${facts.allowed}.`] : []),
    ...(leftOut === undefined ? [] : [`Left out: ${leftOut}.`]),
  ];
  if (words.length > 0) made['description'] = words.join(' ');
  if (isGiven(schema)) Object.assign(made, schemaOf(inner));
  const variants = variantsOf.get(schema);
  if (variants)
    Object.assign(made, {
      type: 'object',
      ...(Object.values(variants.schemas).some((variant) => hasDefault(variant, variants.by))
        ? {}
        : { required: [variants.by] }),
      oneOf: Object.values(variants.schemas).map(schemaOf),
    });
  if (schema instanceof z.ZodObject && Array.isArray(made['required']))
    made['required'] = made['required'].filter(
      (key) => meaningOf(schema.shape[String(key)]).leftOut === undefined,
    );
  // A section that may be left out has only the defaults of its keys.
  if (leftOut !== undefined || isEmptyObject(made['default'])) delete made['default'];
  delete made['leftOut'];
}

/** Whether a variant is meant where the deciding key is not written. */
function hasDefault(variant: unknown, key: string): boolean {
  return variant instanceof z.ZodObject && variant.shape[key] instanceof z.ZodPrefault;
}

function isEmptyObject(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && Object.keys(value).length === 0 && !Array.isArray(value)
  );
}

import { z } from 'zod';
import { clusterSchemaOf, withStandIns } from './cluster-schema';
import type { IssueParameters } from './fields';
import { monitoringSchemaOf } from './monitoring-schema';
import { nearest } from './nearest';
import type { Problem } from './problem';
import { sections, type Config, type SectionName } from './schema';

/** What could be read of a config, and everything wrong with it. */
export interface Parsed {
  /** Sections that are whole once their broken fields are replaced by defaults. */
  readonly config: Partial<Config>;
  readonly problems: readonly Problem[];
}

/** Reads every section by its schema; a broken field is reported, then read as if it were not written. */
export function parseSections(raw: Readonly<Partial<Record<string, unknown>>>): Parsed {
  const problems: Problem[] = [];
  const config: Partial<Record<SectionName, unknown>> = {};
  for (const section of Object.keys(sections) as SectionName[]) {
    const first = sections[section].safeParse(raw[section]);
    if (first.success) {
      config[section] = first.data;
      continue;
    }
    problems.push(...first.error.issues.flatMap((issue) => toProblems(section, issue, raw[section])));
    const rest = withoutIssues(raw[section], first.error.issues);
    const second = sections[section].safeParse(section === 'cluster' ? withStandIns(rest) : rest);
    if (second.success) config[section] = second.data;
  }
  const unknown = Object.keys(raw).filter((key) => !Object.hasOwn(sections, key));
  problems.push(...unknown.map((key) => unknownKey('', key, Object.keys(sections))));
  return { config: config as Partial<Config>, problems };
}

type Path = readonly PropertyKey[];

/** `paths.service.rate`, `monitoring.receivers[0].url`: as `pulumi config set --path` takes it. */
function spell(section: string, path: Path): string {
  return path.reduce<string>(
    (sofar, key) => (typeof key === 'number' ? `${sofar}[${key}]` : `${sofar}.${String(key)}`),
    section,
  );
}

function valueAt(raw: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    raw,
  );
}

/** A copy of the raw section without the fields that have issues. */
function withoutIssues(raw: unknown, issues: readonly z.core.$ZodIssue[]): unknown {
  const copy: unknown = structuredClone(raw);
  for (const issue of issues) {
    const paths =
      issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
    for (const path of paths) {
      const last = path.at(-1);
      if (last === undefined) return undefined;
      const holder = valueAt(copy, path.slice(0, -1));
      // An item of a list is left alone: without it the list would mean something else.
      if (typeof holder === 'object' && holder !== null && !Array.isArray(holder))
        Reflect.deleteProperty(holder, last);
    }
  }
  return copy;
}

function toProblems(section: SectionName, issue: z.core.$ZodIssue, raw: unknown): Problem[] {
  const field = spell(section, issue.path);
  const value = valueAt(raw, issue.path);
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(section, issue.path, raw);
    return issue.keys.map((key) => unknownKey(field, key, known));
  }
  if (issue.code === 'custom') {
    const { mend, hidden } = issue.params as unknown as IssueParameters;
    return [
      {
        field,
        value,
        allowed: issue.message,
        mend: completed(mend, field),
        ...(hidden && value !== undefined ? { hidden } : {}),
      },
    ];
  }
  // Text where a section or list belongs may be anything, a pasted secret too; a key with nothing behind it arrives as null.
  const shown =
    typeof value === 'string' && value !== '' && value !== 'null' ? { value, hidden: true } : { value };
  if (issue.code === 'invalid_type' && issue.expected === 'array')
    return [{ field, ...shown, allowed: 'a list', mend: 'write one item a line, each begun with a dash' }];
  if (issue.code === 'invalid_type') {
    const known = knownKeys(section, issue.path, raw).join(', ');
    return [
      {
        field,
        ...shown,
        allowed:
          known === ''
            ? 'a section with names of your own, each with its value'
            : `a section with keys among ${known}`,
        mend: 'write its keys under it, indented',
      },
    ];
  }
  return [{ field, value, allowed: issue.message, mend: 'correct it, or leave it out for the default' }];
}

/** A mending sentence that ends in `--path` is completed by the field. */
function completed(mend: string, field: string): string {
  return mend.endsWith('--path') ? `${mend} 'continuous-load:${field}' …` : mend;
}

function unknownKey(field: string, key: string, known: readonly string[]): Problem {
  const meant = nearest(key, known);
  return {
    field: field === '' ? key : `${field}.${key}`,
    unknownKey: true,
    allowed: `one of the known keys here: ${known.join(', ')}`,
    mend: meant === undefined ? 'remove it' : `remove it, or did you mean ${meant}?`,
  };
}

/** Keys that the schema knows at a path. */
function knownKeys(section: SectionName, path: Path, raw: unknown): string[] {
  let schema: unknown =
    section === 'cluster'
      ? clusterSchemaOf(raw)
      : section === 'monitoring'
        ? monitoringSchemaOf(raw)
        : sections[section];
  for (const key of path) {
    const inner = unwrapped(schema);
    schema =
      inner instanceof z.ZodArray
        ? inner.element
        : inner instanceof z.ZodObject
          ? inner.shape[String(key)]
          : undefined;
  }
  const inner = unwrapped(schema);
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}

function unwrapped(schema: unknown): unknown {
  if (schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional) return unwrapped(schema.unwrap());
  return schema;
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { configCatalogue } from '../../settings/catalogue';
import { withStandIns } from '../../settings/cluster-schema';
import { configJsonSchema } from '../../settings/json-schema';
import { presets, presetsOf, withPresets } from '../../settings/presets';
import { sections } from '../../settings/schema';
import { pathNames } from '../../signals/paths';
import { read } from './reading';

const catalogue = configCatalogue();
const entry = (key: string) => catalogue.find((found) => found.key === key);
const fields = catalogue.filter(({ facts }) => facts !== undefined);

describe('the catalogue of keys', () => {
  it('has every key described in one sentence; if not, add .describe(…) in its schema', () => {
    const wrong = catalogue.filter(({ description }) => !/^\p{L}[^\n]*[^\s.]\.$/u.test(description));
    expect(wrong.map(({ key, description }) => `${key}: ${description}`)).toEqual([]);
  });

  it('has every section, and every key of a section once for each meaning', () => {
    const tops = new Set(catalogue.map(({ key }) => key.split(/[.[]/)[0]));
    expect([...tops]).toEqual(Object.keys(sections));
    for (const name of pathNames) expect(entry(`paths.${name}.latency.bound`)).toBeDefined();
    const told = catalogue.map(({ key, kinds, facts, form }) => JSON.stringify([key, kinds, form, facts]));
    expect(new Set(told).size).toBe(told.length);
  });

  it('tells type, bounds, default and kinds as the schemas have them', () => {
    expect(entry('paths.service.rate')).toMatchObject({
      form: 'field',
      kinds: [],
      fallback: 4,
      facts: { type: 'number', range: { min: 0.1, max: 1000 }, unit: expect.stringContaining('probes') },
    });
    expect(entry('cluster.kind')).toMatchObject({ required: true, facts: { type: 'word' } });
    expect(entry('cluster.kind')?.facts?.words).toEqual(expect.arrayContaining(['lab', 'k3d', 'existing']));
    expect(entry('cluster.name')).toMatchObject({ leftOut: 'the stack’s', required: false });
    expect(entry('cluster.name')).not.toHaveProperty('fallback');
    expect(entry('cluster.nodes')?.kinds).toEqual(['lab']);
    expect(entry('cluster.ports.podinfo')?.kinds).toEqual(expect.arrayContaining(['lab', 'k3d']));
    expect(entry('nodeProber.protocols')).toMatchObject({ form: 'values', fallback: ['tcp', 'udp'] });
    expect(entry('monitoring.receivers[].url')?.facts).toMatchObject({ hidden: true, type: 'URL' });
  });

  it('has no default that its own field refuses', () => {
    const refused = fields.filter(({ fallback, facts, form }) =>
      fallback === undefined
        ? false
        : form === 'values'
          ? !(fallback as unknown[]).every((item) => facts?.accepts(item))
          : !facts?.accepts(fallback),
    );
    expect(refused.map(({ key }) => key)).toEqual([]);
  });
});

describe('the presets', () => {
  it('are of kinds and keys that there are, and of values that these keys take', () => {
    const kinds = entry('cluster.kind')?.facts?.words;
    const leaves = (value: unknown, key: string): [string, unknown][] =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.entries(value).flatMap(([name, inner]) =>
            leaves(inner, key === '' ? name : `${key}.${name}`),
          )
        : [[key, value]];
    for (const [kind, preset] of Object.entries(presets)) {
      expect(kinds).toContain(kind);
      for (const [key, value] of leaves(preset, '')) {
        expect([key, entry(key)?.facts?.accepts(value)]).toEqual([key, true]);
        expect(value).not.toEqual(entry(key)?.fallback);
        expect(presetsOf(key)).toContainEqual([kind, value]);
      }
    }
  });

  it('lie under what is written', () => {
    const monitoring = { receivers: [], storage: { size: '6GB' } };
    const raw = { cluster: { kind: 'k3d' }, monitoring };
    expect(withPresets(raw)['monitoring']).toEqual({
      receivers: [],
      retentionSize: '4GB',
      storage: { size: '6GB' },
      kubelet: { verifyTls: false },
    });
    expect(withPresets({ cluster: { kind: 'lab' }, monitoring })).toEqual({
      cluster: { kind: 'lab' },
      monitoring,
    });
    expect(withPresets({ ...raw, monitoring: 'wrong' })['monitoring']).toBe('wrong');
    expect(read(raw, 'dev').monitoring).toMatchObject({ retentionSize: 4 * 2 ** 30 });
  });
});

describe('the JSON Schema', () => {
  const { properties } = configJsonSchema() as {
    properties: { config: { properties: Record<string, z.core.JSONSchema.JSONSchema> } };
  };
  const checkers = Object.fromEntries(
    Object.entries(properties.config.properties).map(([key, schema]) => [key, z.fromJSONSchema(schema)]),
  );
  const accepts = (key: string, value: unknown) =>
    checkers[`continuous-load:${key}`]?.safeParse(value).success;

  it.each(['lab', 'dev', 'prod'])('takes the config of stack %s as it is written', (stack) => {
    const file = join(__dirname, '..', '..', `Pulumi.${stack}.yaml`);
    for (const [key, value] of Object.entries(parse(readFileSync(file, 'utf8')).config))
      // of production the account is left to the user to write
      expect([key, checkers[key]?.safeParse(withStandIns(value)).error?.message]).toEqual([key, undefined]);
  });

  it('takes every default, and a secret wherever text may be one', () => {
    const nested = (key: string, value: unknown): [string, unknown] => {
      const [section = '', ...rest] = key.split('.');
      return [section, rest.reduceRight((inner, part) => ({ [part]: inner }), value)];
    };
    for (const { key, kinds, fallback } of fields)
      if (
        fallback !== undefined &&
        !key.startsWith('cluster.') &&
        !key.includes('[]') &&
        (kinds.length === 0 || kinds.includes('own'))
      )
        expect([key, accepts(...nested(key, fallback))]).toEqual([key, true]);
    const secure = { secure: 'v1:abc' };
    expect(accepts('cluster', { kind: 'existing', kubeconfig: secure })).toBe(true);
    expect(accepts('monitoring', { receivers: [{ name: 'a', url: secure }] })).toBe(true);
  });

  it('refuses what no config may hold', () => {
    expect(accepts('paths', { service: { rate: 0 } })).toBe(false);
    expect(accepts('paths', { service: { rate: '4' } })).toBe(true);
    expect(accepts('paths', { service: { timeout: 2 } })).toBe(false);
    expect(accepts('paths', { sevice: {} })).toBe(false);
    expect(accepts('load', { enabled: 'yes' })).toBe(false);
    expect(accepts('cluster', { kind: 'lab', context: 'x' })).toBe(false);
    expect(accepts('cluster', { kind: 'minikube' })).toBe(false);
    expect(accepts('monitoring', { receivers: [{ url: 'http://a' }] })).toBe(false);
  });

  it('says of every key what it is for', () => {
    const undescribed = (schema: any, at: string): string[] => [
      ...(schema.description === undefined && !at.endsWith('[]') ? [at] : []),
      ...Object.entries<any>(schema.properties ?? {}).flatMap(([key, inner]) =>
        key === 'secure' ? [] : undescribed(inner, `${at}.${key}`),
      ),
      ...(schema.items ? undescribed(schema.items, `${at}[]`) : []),
    ];
    for (const [key, schema] of Object.entries(properties.config.properties))
      expect(undescribed(schema, key)).toEqual([]);
  });
});

import { randomUUID } from 'node:crypto';
import { isProperties, type Properties, secret, type Value } from '../values';
import { adjectives, adverbs, animals } from './pet-words';
import { below, shuffled, sourceOf, type Source } from './source';
import { randomText, textProblems, type TextRules } from './text';

/** What a resource class makes: its id and what it adds to its inputs. */
export interface Made {
  readonly id: string;
  readonly outputs: Properties;
}

/** One resource class of @pulumi/random. */
export interface RandomClass {
  /** Values of the inputs that a program leaves out; none of these is required. */
  readonly defaults: Properties;
  /** Inputs that must be given. */
  readonly required: readonly string[];
  problems?(inputs: Properties): { field: string; reason: string }[];
  make(inputs: Properties): Made;
  /** Inputs and outputs of an imported id; absent when the class has no import. */
  adopt?(id: string): { inputs: Properties; outputs: Properties };
}

const textDefaults = {
  lower: true,
  upper: true,
  numeric: true,
  number: true,
  special: true,
  minLower: 0,
  minUpper: 0,
  minNumeric: 0,
  minSpecial: 0,
};

/** Rules of a text; `number` is the old name of `numeric`, and either can switch digits off. */
function textRules(inputs: Properties): TextRules {
  const all = { ...textDefaults, ...inputs };
  return { ...(all as unknown as TextRules), numeric: all.numeric && all.number };
}

function textClass(isSecret: boolean): RandomClass {
  const result = (text: string): Value => (isSecret ? secret(text) : text);
  return {
    defaults: textDefaults,
    required: ['length'],
    problems: (inputs) => textProblems(textRules(inputs)),
    make(inputs) {
      const text = randomText(textRules(inputs), sourceOf(undefined));
      return { id: isSecret ? 'none' : text, outputs: { result: result(text) } };
    },
    adopt: (id) => ({ inputs: { length: id.length }, outputs: { result: result(id) } }),
  };
}

/** The forms in which RandomId and RandomBytes show their bytes. */
export function forms(
  bytes: Buffer,
  prefix = '',
): { b64Std: string; b64Url: string; dec: string; hex: string } {
  return {
    b64Std: prefix + bytes.toString('base64'),
    b64Url: prefix + bytes.toString('base64url'),
    dec: prefix + BigInt(`0x${bytes.toString('hex')}`).toString(),
    hex: prefix + bytes.toString('hex'),
  };
}

const idClass: RandomClass = {
  defaults: {},
  required: ['byteLength'],
  problems: ({ byteLength }) =>
    Number.isInteger(byteLength) && Number(byteLength) > 0
      ? []
      : [{ field: 'byteLength', reason: 'must be a whole number of at least 1' }],
  make({ byteLength, prefix }) {
    const bytes = sourceOf(undefined)(Number(byteLength));
    return {
      id: bytes.toString('base64url'),
      outputs: forms(bytes, typeof prefix === 'string' ? prefix : ''),
    };
  },
  adopt(id) {
    const [text = '', prefix = ''] = id.split(',').reverse();
    const bytes = Buffer.from(text, 'base64url');
    return {
      inputs: { byteLength: bytes.length, ...(prefix ? { prefix } : {}) },
      outputs: forms(bytes, prefix),
    };
  },
};

const bytesOutputs = (bytes: Buffer): Properties => ({
  base64: secret(bytes.toString('base64')),
  hex: secret(bytes.toString('hex')),
});

const bytesClass: RandomClass = {
  defaults: {},
  required: ['length'],
  problems: ({ length }) =>
    Number.isInteger(length) && Number(length) > 0
      ? []
      : [{ field: 'length', reason: 'must be a whole number of at least 1' }],
  make: ({ length }) => ({ id: 'none', outputs: bytesOutputs(sourceOf(undefined)(Number(length))) }),
  adopt(id) {
    const bytes = Buffer.from(id, 'base64');
    return { inputs: { length: bytes.length }, outputs: bytesOutputs(bytes) };
  },
};

const integerClass: RandomClass = {
  defaults: {},
  required: ['min', 'max'],
  problems: ({ min, max }) =>
    Number(min) <= Number(max) ? [] : [{ field: 'max', reason: 'must not be less than min' }],
  make({ min, max, seed }) {
    const result = Number(min) + below(Number(max) - Number(min) + 1, sourceOf(seed));
    return { id: String(result), outputs: { result } };
  },
  adopt(id) {
    const [result, min, max, seed] = id.split(',');
    return {
      inputs: { min: Number(min), max: Number(max), ...(seed ? { seed } : {}) },
      outputs: { result: Number(result) },
    };
  },
};

const pick = (list: readonly string[], source: Source): string => list[below(list.length, source)] ?? '';

const petClass: RandomClass = {
  defaults: { length: 2, separator: '-' },
  required: [],
  make({ length = 2, separator = '-', prefix }) {
    const source = sourceOf(undefined);
    const count = Math.max(1, Number(length));
    const names = Array.from({ length: Math.max(0, count - 2) }, () => pick(adverbs, source));
    if (count > 1) names.push(pick(adjectives, source));
    names.push(pick(animals, source));
    const id = [...(typeof prefix === 'string' ? [prefix] : []), ...names].join(separator as string);
    return { id, outputs: {} };
  },
};

const shuffleClass: RandomClass = {
  defaults: {},
  required: ['inputs'],
  make({ inputs, resultCount, seed }) {
    const items = Array.isArray(inputs) ? inputs : [];
    const source = sourceOf(seed);
    const count = typeof resultCount === 'number' ? resultCount : items.length;
    const results: Value[] = [];
    // Beyond the number of inputs they come again, in another order.
    while (results.length < count && items.length > 0) results.push(...shuffled(items, source));
    return { id: '-', outputs: { results: results.slice(0, count) } };
  },
};

/** A UUID of version 7 (RFC 9562 §5.7): milliseconds since 1970 in front, the rest random. */
export function uuid7(nowMs: number, source: Source): string {
  const bytes = Buffer.concat([Buffer.alloc(6), source(10)]);
  bytes.writeUIntBE(nowMs, 0, 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

function uuidClass(make: () => string): RandomClass {
  return {
    defaults: {},
    required: [],
    make() {
      const result = make();
      return { id: result, outputs: { result } };
    },
    adopt: (id) => ({ inputs: {}, outputs: { result: id } }),
  };
}

/** The resource classes by type token. */
export const randomClasses: Readonly<Record<string, RandomClass>> = {
  'random:index/randomPassword:RandomPassword': textClass(true),
  'random:index/randomString:RandomString': textClass(false),
  'random:index/randomId:RandomId': idClass,
  'random:index/randomBytes:RandomBytes': bytesClass,
  'random:index/randomInteger:RandomInteger': integerClass,
  'random:index/randomPet:RandomPet': petClass,
  'random:index/randomShuffle:RandomShuffle': shuffleClass,
  'random:index/randomUuid:RandomUuid': uuidClass(randomUUID),
  'random:index/randomUuid4:RandomUuid4': uuidClass(randomUUID),
  'random:index/randomUuid7:RandomUuid7': uuidClass(() => uuid7(Date.now(), sourceOf(undefined))),
};

/** Inputs with the class's defaults, without the SDK's own bookkeeping; an empty `keepers` counts as none. */
export function effective({ defaults }: RandomClass, inputs: Properties): Properties {
  const given = Object.entries(inputs).filter(([key, value]) => value !== null && !key.startsWith('__'));
  const { keepers, ...rest } = Object.fromEntries(given);
  return {
    ...defaults,
    ...rest,
    ...(isProperties(keepers) && Object.keys(keepers).length > 0 ? { keepers } : {}),
  };
}

import fc from 'fast-check';
import { type JavaScriptValue, Struct } from 'google-protobuf/google/protobuf/struct_pb';
import type * as Codec from '../../../lab/pulumi/struct-codec';

type Fields = Record<string, JavaScriptValue>;

const inPlace = () => ({
  read: Struct.deserializeBinaryFromReader.bind(Struct),
  write: Struct.serializeBinaryToWriter.bind(Struct),
});
const own = inPlace();
// It takes the library's place when it is loaded, and an import would be loaded first.
const { fieldsOf, structOf } = jest.requireActual<typeof Codec>('../../../lab/pulumi/struct-codec');
const ours = inPlace();

/** Does something with the library as it is. */
function library<T>(act: () => T): T {
  use(own);
  try {
    return act();
  } finally {
    use(ours);
  }
}

function use({ read, write }: typeof own): void {
  Struct.deserializeBinaryFromReader = read;
  Struct.serializeBinaryToWriter = write;
}

const writtenByLibrary = (fields: Fields) => library(() => Struct.fromJavaScript(fields).serializeBinary());
const readByLibrary = (bytes: Uint8Array) => library(() => Struct.deserializeBinary(bytes).toJavaScript());

// the library itself loses a field called __proto__
const field = fc.string({ unit: 'grapheme' }).filter((name) => name !== '__proto__');
const { value: anyValue } = fc.letrec<{ value: JavaScriptValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false, '', 0),
    fc.double({ noNaN: true }),
    fc.string({ unit: 'grapheme' }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(field, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));
const anyFields: fc.Arbitrary<Fields> = fc.dictionary(field, anyValue, { maxKeys: 5, noNullPrototype: true });

test('what they are compared with is the library', () => {
  library(() => expect(fieldsOf(Struct.fromJavaScript({ a: 1 }))).toEqual({ a: 1 }));
  expect(library(() => structOf({ a: 1 }).serializeBinary())).toHaveLength(0);
});

test('reads fields in one order, whatever order they come in', () => {
  const text = (fields: Fields) =>
    JSON.stringify(fieldsOf(Struct.deserializeBinary(structOf(fields).serializeBinary())));
  expect(text({ hostPort: 1, nodePort: { b: 1, a: 2 } })).toBe(
    text({ nodePort: { a: 2, b: 1 }, hostPort: 1 }),
  );
});

test('reads what the library writes', () => {
  fc.assert(
    fc.property(anyFields, (fields) => {
      expect(fieldsOf(Struct.deserializeBinary(writtenByLibrary(fields)))).toEqual(fields);
    }),
  );
});

test('writes what the library reads', () => {
  fc.assert(
    fc.property(anyFields, (fields) => {
      expect(readByLibrary(structOf(fields).serializeBinary())).toEqual(fields);
    }),
  );
});

test('a struct that was made by the library’s own means is read and written as ever', () => {
  const fields = { a: [1, { b: null }], c: '' };
  const struct = Struct.fromJavaScript(fields);
  expect(fieldsOf(struct)).toEqual(fields);
  expect(readByLibrary(struct.serializeBinary())).toEqual(fields);
});

test('a field called __proto__ is a field, and no prototype', () => {
  const fields = JSON.parse('{"__proto__":{"polluted":true}}') as Fields;
  const read = fieldsOf(Struct.deserializeBinary(structOf(fields).serializeBinary()));
  expect(Object.keys(read)).toEqual(['__proto__']);
  expect('polluted' in read).toBe(false);
});

test('fields of a later version are skipped, and what lies beside them is kept', () => {
  // field 9 of a struct, a string "x", before a field a: true
  const known = structOf({ a: true }).serializeBinary();
  const later = Uint8Array.from([(9 << 3) | 2, 1, 0x78, ...known]);
  expect(fieldsOf(Struct.deserializeBinary(later))).toEqual({ a: true });
});

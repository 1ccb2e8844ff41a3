import type { BinaryReader, BinaryWriter } from 'google-protobuf';
import { type JavaScriptValue, Struct } from 'google-protobuf/google/protobuf/struct_pb';

/** What a struct holds, beside the struct: its own tree of messages is neither read nor made. */
type Fields = Record<string, JavaScriptValue>;

const held = new WeakMap<Struct, Fields>();
const ownWriter = Struct.serializeBinaryToWriter.bind(Struct);

// google-protobuf walks all that lies below a message again whenever it puts it into another, once for each level: half of the time of a
// provider whose objects are definitions of kinds. These read and write a struct's bytes from and to plain values in one pass.
Struct.deserializeBinaryFromReader = (struct, reader) => {
  held.set(struct, { ...held.get(struct), ...readFields(reader) });
  return struct;
};
Struct.serializeBinaryToWriter = (struct, writer) => {
  const fields = held.get(struct);
  if (fields === undefined) ownWriter(struct, writer);
  else writeFields(fields, writer);
};

/** What a struct holds as plain values; of one that came over the wire without a detour over messages. */
export function fieldsOf(struct: Struct): Fields {
  return held.get(struct) ?? struct.toJavaScript();
}

/** A struct that is written as these fields; only for the wire, as its getters know nothing of them. */
export function structOf(fields: Fields): Struct {
  const struct = new Struct();
  held.set(struct, fields);
  return struct;
}

/** Calls `read` for each field of the message that the reader is in, by its number in struct.proto; skips what `read` does not know. */
function eachField(reader: BinaryReader, read: (field: number) => boolean): void {
  while (reader.nextField() && !reader.isEndGroup()) if (!read(reader.getFieldNumber())) reader.skipField();
}

/** Reads a message by `read`, which is called with the reader inside of it. */
function inside<T>(reader: BinaryReader, read: (reader: BinaryReader) => T): T {
  let result: T | undefined;
  reader.readMessage({}, (_message: unknown, within: BinaryReader) => {
    result = read(within);
  });
  return result as T;
}

function readFields(reader: BinaryReader): Fields {
  const entries: [string, JavaScriptValue][] = [];
  eachField(reader, (field) => {
    if (field !== 1) return false;
    entries.push(inside(reader, readEntry));
    return true;
  });
  // the engine sends a map's entries in any order: in this one, as the library's, the same inputs are the same text
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function readEntry(reader: BinaryReader): [string, JavaScriptValue] {
  const entry: [string, JavaScriptValue] = ['', null];
  eachField(reader, (field) => {
    if (field === 1) entry[0] = reader.readString();
    else if (field === 2) entry[1] = inside(reader, readValue);
    return field === 1 || field === 2;
  });
  return entry;
}

function readValue(reader: BinaryReader): JavaScriptValue {
  let value: JavaScriptValue = null;
  eachField(reader, (field) => {
    if (field === 1) reader.readEnum();
    else if (field === 2) value = reader.readDouble();
    else if (field === 3) value = reader.readString();
    else if (field === 4) value = reader.readBool();
    else if (field === 5) value = inside(reader, readFields);
    else if (field === 6) value = inside(reader, readList);
    else return false;
    return true;
  });
  return value;
}

function readList(reader: BinaryReader): JavaScriptValue[] {
  const values: JavaScriptValue[] = [];
  eachField(reader, (field) => {
    if (field !== 1) return false;
    values.push(inside(reader, readValue));
    return true;
  });
  return values;
}

function writeFields(fields: Fields, writer: BinaryWriter): void {
  for (const entry of Object.entries(fields))
    writer.writeMessage(1, entry, ([key, value]: [string, JavaScriptValue], within: BinaryWriter) => {
      within.writeString(1, key);
      writeIn(2, value, within);
    });
}

/** Writes a value as a message of its own; boxed, as the writer leaves out a message that is null. */
function writeIn(field: number, value: JavaScriptValue, writer: BinaryWriter): void {
  writer.writeMessage(field, { value }, (box: { value: JavaScriptValue }, within: BinaryWriter) =>
    writeValue(box.value, within),
  );
}

function writeValue(value: JavaScriptValue, writer: BinaryWriter): void {
  if (value === null) writer.writeEnum(1, 0);
  else if (typeof value === 'number') writer.writeDouble(2, value);
  else if (typeof value === 'string') writer.writeString(3, value);
  else if (typeof value === 'boolean') writer.writeBool(4, value);
  else if (Array.isArray(value))
    writer.writeMessage(6, value, (values: JavaScriptValue[], within: BinaryWriter) => {
      for (const each of values) writeIn(1, each, within);
    });
  else writer.writeMessage(5, value, writeFields);
}

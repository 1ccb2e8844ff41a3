/** How a stand-in answers. Without anything: as what it stands for would. */
export interface Behaviour {
  /** HTTP: this status in place of 200; its body is a text. */
  readonly status?: number;
  /** Answers 200 with another text (HTTP), or what is not true (DNS). */
  readonly wrong?: true;
  /** Waits so long before it answers, in milliseconds. */
  readonly delayMs?: number;
  /** Only so many of each ten requests get `status`, `wrong` and `delayMs`, evenly spread; default all. */
  readonly ofTen?: number;
}

/** One request that a stand-in answered. */
export interface Answered {
  /** The probe's id where it has one. */
  readonly id: string;
  readonly atMs: number;
  readonly tookMs: number;
  /** Whether it was answered as the behaviour wants, and not as usual. */
  readonly misbehaved: boolean;
}

/** What a stand-in is told by its parent, and says to it. */
export type Order = { readonly behave: Behaviour } | { readonly report: true };
export type Reply =
  { readonly listening: true } | { readonly behaves: true } | { readonly answered: readonly Answered[] };

/** Whether the request with this number (from 0) is one of `ofTen` of each ten, evenly spread. */
export function misbehaves(number: number, ofTen = 10): boolean {
  return Math.floor(((number + 1) * ofTen) / 10) > Math.floor((number * ofTen) / 10);
}

const headerBytes = 12;
const codeOffset = 3;
const answersOffset = 6;
const nxdomain = 3;
/** TEST-NET-1 of RFC 5737: nobody's address. */
const nobodysAddress = [192, 0, 2, 1];

/**
 * The contrary of a DNS answer (RFC 1035 §4.1): NXDOMAIN for every name, and an address for one that begins with `absent`. Authority
 * and additional sections are left out.
 */
export function contrary(answer: Buffer): Buffer {
  const question = Buffer.from(answer.subarray(0, questionEnd(answer)));
  for (const offset of [answersOffset, 8, 10]) question.writeUInt16BE(0, offset);
  const flags = question.readUInt8(codeOffset) & 0xf0;
  if (
    !question
      .subarray(headerBytes + 1)
      .toString('latin1')
      .startsWith('absent')
  ) {
    question.writeUInt8(flags | nxdomain, codeOffset);
    return question;
  }
  question.writeUInt8(flags, codeOffset);
  question.writeUInt16BE(1, answersOffset);
  // the name by a pointer to the question, type A, class IN, five seconds, four bytes
  const record = Buffer.from([0xc0, headerBytes, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, ...nobodysAddress]);
  return Buffer.concat([question, record]);
}

/** Where the question section of a message with one question ends: labels, a zero, type and class. */
function questionEnd(message: Buffer): number {
  let offset = headerBytes;
  while (message.readUInt8(offset) !== 0) offset += message.readUInt8(offset) + 1;
  return offset + 5;
}

/** A range of IPv4 addresses: the first one as a number, and how many leading bits all of them share. */
export interface Cidr {
  readonly first: number;
  readonly bits: number;
}

/** Reads `10.0.0.0/16`; undefined when it is none, or when the address is not the first of its range. */
export function parseCidr(text: string): Cidr | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  if (!match) return undefined;
  const bits = Number(match[5]);
  const octets = match.slice(1, 5).map(Number);
  if (bits > 32 || octets.some((octet) => octet > 255)) return undefined;
  const first = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  return first % addresses({ bits }) === 0 ? { first, bits } : undefined;
}

/** Writes `10.0.0.0/16`. */
export function formatCidr({ first, bits }: Cidr): string {
  const octets = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256);
  return `${octets.join('.')}/${bits}`;
}

/** Number of addresses in a range. */
export function addresses({ bits }: Pick<Cidr, 'bits'>): number {
  return 2 ** (32 - bits);
}

/** The `index`-th of the equal parts that share `more` further bits; throws RangeError when there is no such part. */
export function part(whole: Cidr, more: number, index: number): Cidr {
  const bits = whole.bits + more;
  if (bits > 32 || index < 0 || index >= 2 ** more)
    throw new RangeError(`${formatCidr(whole)} has no part ${index} of ${2 ** more}`);
  return { first: whole.first + index * addresses({ bits }), bits };
}

/** Whether two ranges have an address in common. */
export function overlap(one: Cidr, other: Cidr): boolean {
  return one.first < other.first + addresses(other) && other.first < one.first + addresses(one);
}

const ranges = (...texts: readonly string[]): readonly Cidr[] =>
  texts.flatMap((text) => parseCidr(text) ?? []);

/** Ranges that are nobody's on the internet (RFC 1918, 6598, 3927, loopback, multicast and what lies above it). */
const privateUse = ranges('10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16');
const notPublic = [
  ...privateUse,
  ...ranges('0.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3'),
];

/** Whether all of a range is for private use (RFC 1918). */
export function isPrivate(cidr: Cidr): boolean {
  return privateUse.some((range) => range.bits <= cidr.bits && overlap(range, cidr));
}

/** Whether no address of a range is private or reserved. */
export function isPublic(cidr: Cidr): boolean {
  return !notPublic.some((range) => overlap(range, cidr));
}

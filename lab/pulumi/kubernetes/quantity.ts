const powers: Record<string, number> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const binaryPowers: Record<string, number> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };

/** A Kubernetes quantity in billionths (`resource.Quantity` of apimachinery: its finest unit is n); undefined when it is none. */
export function quantityNanos(value: unknown): bigint | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:([eE])([+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/.exec(String(value));
  if (!match) return undefined;
  const [, sign, whole = '', fraction = '', , exponent, suffix = ''] = match;
  if (whole === '' && fraction === '') return undefined;
  const binary = binaryPowers[suffix];
  const power =
    9 + (exponent !== undefined ? Number(exponent) : binary === undefined ? (powers[suffix] ?? 0) : 0);
  if (Math.abs(power) > 60) return undefined;
  let nanos = BigInt(whole + fraction);
  if (binary !== undefined) nanos <<= BigInt(binary);
  const shift = power - fraction.length;
  nanos = shift >= 0 ? nanos * 10n ** BigInt(shift) : nanos / 10n ** BigInt(-shift);
  return sign === '-' ? -nanos : nanos;
}

/** Whether two texts are the same quantity (`1000m` and `1`, `1Gi` and `1024Mi`). */
export function sameQuantity(a: unknown, b: unknown): boolean {
  const left = quantityNanos(a);
  return left !== undefined && left === quantityNanos(b);
}

// The API server rewrites quantities into a canonical form; it does so only in fields of that type.
const holders = new Set(
  'requests limits capacity allocatable hard used max min default defaultRequest maxLimitRequestRatio podFixed'.split(
    ' ',
  ),
);
const fields = new Set('sizeLimit divisor averageValue storage quantity'.split(' '));

/** Whether the field at a path (its keys, outermost first) holds a quantity that the API server may rewrite. */
export function isQuantityField(keys: readonly string[]): boolean {
  const last = keys.at(-1);
  return (last !== undefined && fields.has(last)) || holders.has(keys.at(-2) ?? '');
}

const factors: Readonly<Record<string, number>> = {
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** A quantity of Kubernetes (`250m`, `1.5`, `128Mi`) as a number; undefined for what is none. */
export function quantity(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  const parts = typeof value === 'string' ? /^(\d+(?:\.\d+)?)(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/.exec(value) : null;
  return parts ? Number(parts[1]) * (factors[parts[2] ?? ''] ?? 1) : undefined;
}

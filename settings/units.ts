/** Human units of the stack config, and the spellings that Kubernetes, Prometheus and Go programs want. */

/** A day, in milliseconds. */
export const dayMs = 86_400_000;

const millisecondsOf: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: dayMs,
  w: 604_800_000,
};

/** Milliseconds of `25ms`, `2s`, `1.5m`, `12h`, `35d`, `2w`; undefined for anything else (a bare number has no unit). */
export function parseDuration(text: unknown): number | undefined {
  if (typeof text !== 'string') return undefined;
  const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)$/.exec(text.trim()) ?? [];
  const factor = unit === undefined ? undefined : millisecondsOf[unit];
  if (amount === undefined || factor === undefined) return undefined;
  const milliseconds = Number(amount) * factor;
  return Number.isInteger(milliseconds) ? milliseconds : undefined;
}

/** The shortest spelling of a duration with one unit, as Prometheus and Go read it up to hours: `2s`, `25ms`, `35d`. */
export function formatDuration(milliseconds: number): string {
  const fitting = (['d', 'h', 'm', 's'] as const).find(
    (unit) => milliseconds % (millisecondsOf[unit] ?? 1) === 0,
  );
  if (fitting === undefined || milliseconds === 0) return `${milliseconds}ms`;
  return `${milliseconds / (millisecondsOf[fitting] ?? 1)}${fitting}`;
}

/** Go's `time.ParseDuration` knows no days: `86400s`, `2s`, `25ms`. */
export function goDuration(milliseconds: number): string {
  return milliseconds % 1000 === 0 ? `${milliseconds / 1000}s` : `${milliseconds}ms`;
}

const bytesOf: Readonly<Record<string, number>> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/**
 * Bytes of `512MB`, `2GB`, `10Gi`; a unit is a power of 1024, as Prometheus reads `--storage.tsdb.retention.size`.
 * Undefined for anything else.
 */
export function parseSize(text: unknown): number | undefined {
  if (typeof text !== 'string') return undefined;
  const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*([KMGT])(?:i|B|iB)$/.exec(text.trim()) ?? [];
  const factor = unit === undefined ? undefined : bytesOf[unit];
  if (amount === undefined || factor === undefined) return undefined;
  const bytes = Number(amount) * factor;
  return Number.isInteger(bytes) ? bytes : undefined;
}

function inLargestUnit(bytes: number, suffix: string): string {
  const unit = (['T', 'G', 'M', 'K'] as const).find((name) => bytes % (bytesOf[name] ?? 1) === 0);
  return unit === undefined ? String(bytes) : `${bytes / (bytesOf[unit] ?? 1)}${unit}${suffix}`;
}

/** A size as a Kubernetes quantity: `512Mi`. */
export function kubernetesSize(bytes: number): string {
  return inLargestUnit(bytes, 'i');
}

/** A size as Prometheus and people write it: `8GB`. */
export function formatSize(bytes: number): string {
  return inLargestUnit(bytes, 'B');
}

/** Thousandths of a CPU of `100m`, `0.5`, `2` or the number 2; undefined for anything else. */
export function parseCpu(value: unknown): number | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') return undefined;
  const [, amount, milli] = /^(\d+(?:\.\d+)?)(m?)$/.exec(text.trim()) ?? [];
  if (amount === undefined) return undefined;
  const thousandths = Number(amount) * (milli === 'm' ? 1 : 1000);
  return Number.isInteger(thousandths) ? thousandths : undefined;
}

/** CPU as a Kubernetes quantity: `100m`, `2`. */
export function formatCpu(thousandths: number): string {
  return thousandths % 1000 === 0 ? String(thousandths / 1000) : `${thousandths}m`;
}

/** A number, also when the CLI stored it as text (`pulumi config set --path … 99.9` does). */
export function parseNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value.trim())) return Number(value);
  return undefined;
}

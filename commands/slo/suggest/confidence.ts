/** Probes of a while, and those of them that were bad. */
export interface Block {
  readonly total: number;
  readonly bad: number;
}

/**
 * Lower bound (0…1) of the share of good probes that counts support with a confidence (0…1), one-sided: Clopper and Pearson, "The use of
 * confidence or fiducial limits illustrated in the case of the binomial", Biometrika 26 (1934), 404–413. Exact, so never too high, where probes
 * fail independently; for those that do not see {@link designEffect}. Counts need not be whole. 0 without a probe.
 */
export function supportedShare({ total, bad }: Block, confidence: number): number {
  const good = total - bad;
  if (!(good > 0)) return 0;
  // The largest share of bad ones at which so few, or fewer, still come up with probability 1 − confidence.
  let [low, high] = [Math.max(0, bad / total), 1];
  for (let step = 0; step < 200 && high - low > 1e-15; step++) {
    const middle = (low + high) / 2;
    if (incompleteBeta(middle, bad + 1, good) < confidence) low = middle;
    else high = middle;
  }
  return 1 - high;
}

/**
 * By what factor bad probes vary more from block to block than independent ones would, at least 1: an outage fails hundreds at once, which
 * says less than hundreds of failures over a month. Counts divided by it are those of as many independent probes: Kish, "Survey Sampling" (1965), and
 * for the bounds Korn and Graubard, "Confidence intervals for proportions with small expected number of positive counts estimated from survey
 * data", Survey Methodology 24 (1998), 193–201.
 */
export function designEffect(blocks: readonly Block[]): number {
  const used = blocks.filter(({ total }) => total > 0);
  const total = used.reduce((sum, block) => sum + block.total, 0);
  const share = used.reduce((sum, block) => sum + block.bad, 0) / total;
  if (used.length < 2 || !(share > 0) || share >= 1) return 1;
  const squares = used.reduce((sum, block) => sum + (block.bad - share * block.total) ** 2, 0);
  const variance = (used.length / (used.length - 1)) * (squares / total ** 2);
  return Math.max(1, variance / ((share * (1 - share)) / total));
}

/** The regularised incomplete beta function I_x(a, b) by its continued fraction: https://dlmf.nist.gov/8.17.E22 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast on this side of the mean only; the other one is its mirror image.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x) - Math.log(a),
  );
  return front * continuedFraction(x, a, b);
}

/** Lentz's method, as in Press et al., "Numerical Recipes", 3rd edition, 6.4. */
function continuedFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const nonZero = (value: number) => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < 100_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonZero(1 + even * d);
    c = nonZero(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d);
    c = nonZero(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-14) break;
  }
  return fraction;
}

/** ln Γ(x) for x > 0 by Stirling's series, after steps up to where it is exact: https://dlmf.nist.gov/5.11.E1 */
function logGamma(x: number): number {
  let shift = 0;
  let at = x;
  for (; at < 15; at++) shift += Math.log(at);
  const square = 1 / at ** 2;
  const series = (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680))) / at;
  return (at - 0.5) * Math.log(at) - at + 0.5 * Math.log(2 * Math.PI) + series - shift;
}

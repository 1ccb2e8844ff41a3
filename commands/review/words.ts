/** Words that every form of a review has in common. */

/** Two long texts cut to where they differ, with some words around it. */
export function differing(before: string, after: string): readonly [string, string] {
  const context = 40;
  let start = 0;
  while (start < before.length && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < Math.min(before.length, after.length) - start && before.at(-1 - end) === after.at(-1 - end))
    end += 1;
  const cut = (text: string) => {
    const [from, to] = [Math.max(0, start - context), Math.min(text.length, text.length - end + context)];
    return `${from > 0 ? '…' : ''}${text.slice(from, to)}${to < text.length ? '…' : ''}` || 'none';
  };
  return [cut(before), cut(after)];
}

/** US dollars a month, whole. */
export function dollars(usd: number): string {
  return Number.isNaN(usd) ? 'price not known' : String(Math.round(usd));
}

/** Probes per second. */
export function rate(perSecond: number | null): string {
  return perSecond === null ? 'not known yet' : String(Math.round(perSecond * 100) / 100);
}

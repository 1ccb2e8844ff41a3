import { createProgress, formatDuration } from '../../lab/progress';

function output(
  isTTY: boolean,
  columns = 80,
): { write(text: string): void; text: string; isTTY: boolean; columns: number } {
  return {
    isTTY,
    columns,
    text: '',
    write(text: string) {
      this.text += text;
    },
  };
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

test('a terminal shows the running step with its detail and time, redrawn in place', () => {
  const out = output(true);
  const progress = createProgress(out);
  progress.step('compiling k6');
  progress.detail('about 3m 05s left');
  jest.advanceTimersByTime(12_000);
  expect(out.text).not.toContain('\n');
  expect(out.text.split('\r\x1b[2K').at(-1)).toMatch(/^. compiling k6 · about 3m 05s left · 12 s$/);
  progress.note('a reason');
  progress.step('next');
  progress.end();
  expect(out.text).toContain('\r\x1b[2K  a reason\n');
  expect(out.text).toContain('\r\x1b[2K✔ compiling k6 (12 s)\n');
  expect(out.text.endsWith('\r\x1b[2K✔ next (0.0 s)\n')).toBe(true);
  const { length } = out.text;
  jest.advanceTimersByTime(5_000);
  expect(out.text).toHaveLength(length);
});

test('a line never reaches the width of the terminal', () => {
  const out = output(true, 30);
  createProgress(out).step('x'.repeat(100));
  for (const line of out.text.split('\r\x1b[2K')) expect(line.length).toBeLessThan(30);
});

test('a failed step is marked', () => {
  const out = output(true);
  const progress = createProgress(out);
  progress.step('compiling k6');
  progress.end('failed');
  expect(out.text).toContain('✖ compiling k6');
});

test('elsewhere each step is a plain line, details come at most every 30 s, no control characters', () => {
  const out = output(false);
  const progress = createProgress(out);
  progress.step('compiling k6');
  for (let second = 1; second <= 65; second++) {
    jest.advanceTimersByTime(1000);
    progress.detail(`second ${second}`);
  }
  progress.note('a reason');
  progress.end('failed');
  progress.end();
  expect(out.text).toBe(
    'compiling k6\n  second 30\n  second 60\n  a reason\nfailed: compiling k6 (after 1m 05s)\n',
  );
});

test.each([
  [0, '0.0 s'],
  [420, '0.4 s'],
  [9_940, '9.9 s'],
  [9_960, '10 s'],
  [59_400, '59 s'],
  [59_600, '1m 00s'],
  [185_000, '3m 05s'],
  [3_720_000, '1h 02m'],
  [-5, '0.0 s'],
])('formatDuration(%d) is %s', (durationMs, text) => expect(formatDuration(durationMs)).toBe(text));

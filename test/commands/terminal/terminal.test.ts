import { Command } from 'commander';
import { ownArguments, passThrough } from '../../../commands/terminal/arguments';
import { capture } from '../../../lab/command';
import { describeError, Failure, Interrupted } from '../../../commands/terminal/failure';
import { Interruption } from '../../../commands/terminal/interruption';

/** Where no default stack is stored. */
beforeAll(() => (process.env['XDG_STATE_HOME'] = '/nowhere'));

describe('the command line of a verb that hands on', () => {
  const take = (...argv: string[]) =>
    passThrough(new Command().option('--config-file <file>').option('--no-wait'), argv);

  test.each([
    [[], 'lab', []],
    [['dev'], 'dev', []],
    [['dev', '--diff'], 'dev', ['--diff']],
    [['--diff'], 'lab', ['--diff']],
    [['--target', 'urn:x', '--diff'], 'lab', ['--target', 'urn:x', '--diff']],
    [['-s', 'dev', '--diff'], 'dev', ['--diff']],
    [['--diff', '--stack', 'dev'], 'dev', ['--diff']],
    [['dev', '--', '--diff'], 'dev', ['--diff']],
    [['-c', 'a=b'], 'lab', ['-c', 'a=b']],
  ])('%j', (argv, stack, rest) => {
    expect(take(...argv)).toMatchObject({ stack, rest });
  });

  test('own options are taken out wherever they stand', () => {
    expect(take('dev', '--diff', '--config-file', 'f', '--no-wait', '--refresh')).toEqual({
      stack: 'dev',
      named: true,
      options: { configFile: 'f', wait: false },
      rest: ['--diff', '--refresh'],
      own: ['--config-file', '--no-wait', '--stack'],
    });
  });
});

describe('the command line of a verb that hands nothing on', () => {
  const take = (...argv: string[]) =>
    ownArguments(
      new Command()
        .exitOverride()
        .configureOutput({ writeErr: () => undefined })
        .option('--json'),
      argv,
    );

  test.each([
    [[], 'lab'],
    [['dev'], 'dev'],
    [['-s', 'dev'], 'dev'],
    [['--stack', 'dev', '--json'], 'dev'],
    [['dev', '--stack=dev'], 'dev'],
  ])('%j', (argv, stack) => expect(take(...argv).stack).toBe(stack));

  test('its own options are told, unknown ones are refused', () => {
    expect(take('--json')).toEqual({ stack: 'lab', named: false, options: { json: true } });
    expect(() => take('--diff')).toThrow(/unknown option/);
  });
});

test('a stack that is named twice must be the same', () => {
  expect(() => ownArguments(new Command(), ['dev', '-s', 'prod'])).toThrow(/Which stack, dev or prod/);
  expect(() => passThrough(new Command(), ['dev', '-s', 'prod'])).toThrow(/Which stack, dev or prod/);
  expect(passThrough(new Command(), ['dev', '-s', 'dev']).stack).toBe('dev');
});

describe('an interruption', () => {
  const engine = () => {
    const got: unknown[] = [];
    return { got, kill: (signal?: unknown) => got.push(signal) > 0 };
  };

  test('reaches each engine once per signal, as SIGINT', () => {
    const interruption = new Interruption(() => undefined);
    const [one, gone] = [engine(), engine()];
    interruption.forwardTo(one);
    interruption.forwardTo(gone)();
    interruption.receive('SIGTERM');
    expect(one.got).toEqual(['SIGINT']);
    expect(gone.got).toEqual([]);
    expect(interruption.signal.reason).toMatchObject({ by: 'SIGTERM', exitCode: 143 });
  });

  test('a second one ends a command without an engine', () => {
    const exits: number[] = [];
    const interruption = new Interruption((code) => exits.push(code));
    interruption.receive('SIGINT');
    expect(exits).toEqual([]);
    interruption.receive('SIGINT');
    expect(exits).toEqual([130]);
  });

  test('work that fails because of it is told as interrupted; other work as it is', async () => {
    const interruption = new Interruption();
    await expect(interruption.guard(Promise.resolve(3))).resolves.toBe(3);
    await expect(interruption.guard(Promise.reject(new Error('own')))).rejects.toThrow('own');
    const work = new Promise((_, reject) =>
      interruption.signal.addEventListener('abort', () => reject(new Error('exit 1'))),
    );
    const guarded = interruption.guard(work);
    interruption.receive('SIGINT');
    await expect(guarded).rejects.toBeInstanceOf(Interrupted);
  });
});

test('errors are one paragraph, with a stack only for debugging', () => {
  expect(describeError(new Failure('No. Do that.'), false)).toBe('No. Do that.');
  expect(describeError(new Error('x', { cause: new Error('deep') }), true)).toMatch(
    /at .*terminal\.test[^]*caused by: Error: deep/,
  );
  expect(describeError('text', false)).toBe('text');
});

test('a quiet child resolves with whatever it ended with', async () => {
  expect(await capture('sh', ['-c', 'cat; echo err >&2; exit 3'], { input: 'in' })).toEqual({
    code: 3,
    stdout: 'in',
    stderr: 'err\n',
  });
  expect(await capture('/no/such/program', [])).toMatchObject({ code: 127 });
  expect(await capture('sleep', ['5'], { timeoutMs: 50 })).toMatchObject({ code: 255 });
});

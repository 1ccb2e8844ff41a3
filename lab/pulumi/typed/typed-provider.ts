import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkoutDirectory } from '../launcher';
import type { CheckContext, Checked, Difference, Operation, Provider } from '../provider';
import type { Properties, Value } from '../values';
import { SdkTypes } from './sdk-types';

/**
 * A provider for previews that makes nothing: it refuses what the types of the SDK refuse, and answers what is made later by unknowns.
 * So it proves that a program asks for things that exist, by their right names, and can do without the answers.
 */
export class TypedProvider implements Provider {
  readonly version: string;
  #types: SdkTypes | undefined;

  constructor(readonly name: string) {
    const file = join(checkoutDirectory, 'node_modules', `@pulumi/${name}`, 'package.json');
    ({ version: this.version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string });
  }

  checkConfig(_olds: Properties, news: Properties): Checked {
    return this.#checked(`pulumi:providers:${this.name}`, news, decodedConfig(news));
  }

  diffConfig(): Difference {
    return { changes: [] };
  }

  async check({ type }: CheckContext, _olds: Properties, news: Properties): Promise<Checked> {
    return this.#checked(type, news, news);
  }

  async create(
    { type, preview }: Operation,
    inputs: Properties,
  ): Promise<{ id: string; outputs: Properties }> {
    if (!preview) throw new Error(`${type}: this stand-in is for previews and makes nothing`);
    return { id: '', outputs: this.#sdk.outputs(type, inputs) };
  }

  async invoke(token: string, args: Properties): Promise<Properties> {
    const [mistake] = this.#sdk.argumentMistakes(token, args);
    if (mistake) throw new Error(`${token}: ${mistake.path} ${mistake.reason}`);
    return this.#sdk.result(token);
  }

  async diff(): Promise<Difference> {
    return { changes: [] };
  }

  read(): never {
    throw new Error('this stand-in knows no resource that is there');
  }

  update(): never {
    throw new Error('this stand-in is for previews');
  }

  delete(): never {
    throw new Error('this stand-in is for previews');
  }

  /** Read once: it takes seconds, and the engine asks for a provider that it may not need. */
  get #sdk(): SdkTypes {
    return (this.#types ??= new SdkTypes(`@pulumi/${this.name}`));
  }

  #checked(token: string, inputs: Properties, judged: Properties): Checked {
    const failures = this.#sdk
      .inputMistakes(token, judged)
      .map(({ path, reason }) => ({ property: path, reason: `${path} ${reason}` }));
    return { inputs, failures };
  }
}

/** Settings of a provider, which travel as text: what is no text in the SDK is JSON. */
export function decodedConfig(config: Properties): Properties {
  return Object.fromEntries(
    Object.entries(config)
      .filter(([key]) => key !== 'version')
      .map(([key, value]) => [key, typeof value === 'string' ? parsed(value) : value]),
  );
}

function parsed(text: string): Value {
  try {
    const value = JSON.parse(text) as Value;
    return typeof value === 'number' ? text : value;
  } catch {
    return text;
  }
}

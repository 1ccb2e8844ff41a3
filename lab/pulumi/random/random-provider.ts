import { isDeepStrictEqual } from 'node:util';
import type {
  Change,
  CheckContext,
  Checked,
  Difference,
  Operation,
  Provider,
  Resource,
  State,
} from '../provider';
import { hasUnknown, type Properties, unknownValue } from '../values';
import { effective, type RandomClass, randomClasses } from './generate';

/** Version of @pulumi/random whose resource classes are served. */
export const randomVersion = '4.21.2';

function classOf(type: string): RandomClass {
  const found = randomClasses[type];
  if (!found) throw new Error(`${type} is not served by the lab's own random provider`);
  return found;
}

/** The `random` provider of the lab: values are made once and kept in the state; any changed input makes new ones. */
export class RandomProvider implements Provider {
  readonly name = 'random';
  readonly version = randomVersion;

  async check({ type }: CheckContext, _olds: Properties, news: Properties): Promise<Checked> {
    const known = classOf(type);
    const missing = known.required.filter((key) => (news[key] ?? null) === null);
    const failures = missing.map((property) => ({ property, reason: 'must be given' }));
    if (failures.length === 0 && !hasUnknown(news)) {
      const problems = known.problems?.(news) ?? [];
      failures.push(...problems.map(({ field, reason }) => ({ property: field, reason })));
    }
    return { inputs: news, failures };
  }

  async diff({ type }: Resource, state: State, news: Properties): Promise<Difference> {
    const known = classOf(type);
    const [before, after] = [effective(known, state.inputs), effective(known, news)];
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    const changes = keys
      .filter((key) => !isDeepStrictEqual(before[key], after[key]))
      .map((key): Change => {
        const kind = !(key in before) ? 'add' : !(key in after) ? 'delete' : 'update';
        return { path: key, kind, replace: true };
      });
    return { changes };
  }

  async create(operation: Operation, inputs: Properties): Promise<{ id: string; outputs: Properties }> {
    const known = classOf(operation.type);
    const base = effective(known, inputs);
    if (!operation.preview) {
      const { id, outputs } = known.make(inputs);
      return { id, outputs: { ...base, ...outputs } };
    }
    // What is made differs in the real run, so all of it is unknown.
    const made = hasUnknown(inputs) ? {} : known.make(inputs).outputs;
    const unknowns = Object.fromEntries(Object.keys(made).map((key) => [key, unknownValue]));
    return { id: '', outputs: { ...base, ...unknowns } };
  }

  async read(
    { id, type }: Operation & { readonly id: string },
    state: State,
  ): Promise<(State & { id?: string }) | undefined> {
    if (Object.keys(state.outputs).length > 0) return state;
    const known = classOf(type);
    if (!known.adopt) throw new Error(`${type} cannot be imported`);
    const { inputs, outputs } = known.adopt(id);
    const isSecretText = type.endsWith(':RandomPassword') || type.endsWith(':RandomBytes');
    return { id: isSecretText ? 'none' : id, inputs, outputs: { ...effective(known, inputs), ...outputs } };
  }

  async update(_operation: Operation, state: State): Promise<Properties> {
    return state.outputs; // every change replaces; only spellings of the same inputs come here
  }

  async delete(): Promise<void> {
    // The value lives in the state alone.
  }
}

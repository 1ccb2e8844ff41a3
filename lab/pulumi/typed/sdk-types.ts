import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { checkoutDirectory } from '../launcher';
import { isProperties, type Properties, unknownValue, type Value } from '../values';

/** The checkout, whose installed packages and sources are read. */
const checkout = checkoutDirectory;

/** What is wrong with an input, by its path. */
export interface Mistake {
  readonly path: string;
  readonly reason: string;
}

/**
 * What the types of a provider's npm package say of its resources and functions: nothing here knows AWS. They are generated from the
 * provider's schema, so what they refuse the provider refuses too.
 */
export class SdkTypes {
  readonly #directory: string;
  readonly #program: ts.Program;
  readonly #checker: ts.TypeChecker;

  /** @param packageName such as `@pulumi/aws`, of which the modules that components import are read */
  constructor(packageName: string) {
    this.#directory = join(checkout, 'node_modules', packageName);
    this.#program = ts.createProgram(modulesInUse(packageName), {
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: true,
      types: [],
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
    });
    this.#checker = this.#program.getTypeChecker();
  }

  /** What is wrong with the inputs of a resource (or, with `pulumi:providers:NAME`, of the provider). */
  inputMistakes(token: string, inputs: Properties): readonly Mistake[] {
    const [, args] = this.#constructorOf(token);
    return this.#mistakes(args, withoutInternals(inputs), '');
  }

  /** The outputs of a resource that is not made yet: what was given, and all else unknown. */
  outputs(token: string, inputs: Properties): Properties {
    const [instance] = this.#constructorOf(token);
    const known = withoutInternals(inputs);
    const properties = this.#checker
      .getPropertiesOfType(instance)
      .filter((property) => this.#isOutput(property) && !['id', 'urn'].includes(property.name));
    return Object.fromEntries(
      properties.map(({ name }) => [name, this.#completed(this.#valueOfOutput(instance, name), known[name])]),
    );
  }

  /** What is wrong with the arguments of a function, by its token. */
  argumentMistakes(token: string, args: Properties): readonly Mistake[] {
    const { file, name } = this.#declared(token);
    const type = this.#exported(file, `${upperFirst(name)}Args`);
    return this.#mistakes(this.#checker.getDeclaredTypeOfSymbol(type), args, '');
  }

  /** What a function answers: texts and numbers that say nothing. */
  result(token: string): Properties {
    const { file, name } = this.#declared(token);
    const type = this.#checker.getDeclaredTypeOfSymbol(this.#exported(file, `${upperFirst(name)}Result`));
    const value = (property: ts.Symbol): Value => {
      const { flags } = this.#checker.getTypeOfSymbol(property);
      return flags & ts.TypeFlags.NumberLike ? 0 : flags & ts.TypeFlags.BooleanLike ? false : 'stand-in';
    };
    return Object.fromEntries(
      this.#checker.getPropertiesOfType(type).map((property) => [property.name, value(property)]),
    );
  }

  /** `aws:eks/cluster:Cluster` → the file that declares it, and its name. */
  #declared(token: string): { file: string; name: string } {
    if (token.startsWith('pulumi:providers:')) return { file: 'provider', name: 'Provider' };
    const [, module = '', name = ''] = token.split(':');
    return { file: module === 'index' ? lowerFirst(name) : module, name };
  }

  #exported(file: string, name: string): ts.Symbol {
    const source = this.#program.getSourceFile(join(this.#directory, `${file}.d.ts`));
    const symbol = source && this.#checker.getSymbolAtLocation(source);
    const found = symbol && this.#checker.getExportsOfModule(symbol).find((one) => one.name === name);
    if (!found)
      throw new Error(`${file}.d.ts of the SDK has no ${name}, or nothing in components/ imports it`);
    return found;
  }

  /** Type of the instances of a class, and of its second argument. */
  #constructorOf(token: string): [instance: ts.Type, args: ts.Type] {
    const { file, name } = this.#declared(token);
    const symbol = this.#exported(file, name);
    const [signature] = this.#checker.getTypeOfSymbol(symbol).getConstructSignatures();
    const args = signature?.getParameters()[1];
    if (!args) throw new Error(`${token} has no arguments in the SDK`);
    return [this.#checker.getDeclaredTypeOfSymbol(symbol), this.#checker.getTypeOfSymbol(args)];
  }

  #mistakes(type: ts.Type, value: Value, path: string): readonly Mistake[] {
    if (value === unknownValue) return [];
    const choices = this.#choices(type);
    if (choices.some(({ flags }) => flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown))) return [];
    const found = choices.map((choice) => this.#mistakesOfOne(choice, value, path));
    // Of several shapes one must fit; the one that is nearest tells what is wrong.
    return found.sort((a, b) => a.length - b.length)[0] ?? [{ path, reason: 'has no type' }];
  }

  #mistakesOfOne(type: ts.Type, value: Value, path: string): readonly Mistake[] {
    const wrong = () => [
      { path, reason: `is ${JSON.stringify(value)}, not ${this.#checker.typeToString(type)}` },
    ];
    if (type.isStringLiteral() || type.isNumberLiteral()) return value === type.value ? [] : wrong();
    if (type.flags & ts.TypeFlags.StringLike) return typeof value === 'string' ? [] : wrong();
    if (type.flags & ts.TypeFlags.NumberLike) return typeof value === 'number' ? [] : wrong();
    if (type.flags & ts.TypeFlags.BooleanLike) return typeof value === 'boolean' ? [] : wrong();
    if (this.#checker.isArrayType(type)) {
      const [item] = this.#checker.getTypeArguments(type as ts.TypeReference);
      if (!Array.isArray(value) || !item) return wrong();
      return value.flatMap((one, index) => this.#mistakes(item, one, `${path}[${index}]`));
    }
    if (!isProperties(value)) return wrong();
    const index = type.getStringIndexType();
    if (index)
      return Object.entries(value).flatMap(([key, one]) => this.#mistakes(index, one, joined(path, key)));
    return this.#mistakesOfObject(type, value, path);
  }

  #mistakesOfObject(type: ts.Type, value: Properties, path: string): readonly Mistake[] {
    const known = new Map(this.#checker.getPropertiesOfType(type).map((one) => [one.name, one]));
    const unknown = Object.keys(value)
      .filter((key) => !known.has(key))
      .map((key) => ({ path: joined(path, key), reason: 'is no input' }));
    const missing = [...known.values()]
      .filter(({ name, flags }) => !(flags & ts.SymbolFlags.Optional) && (value[name] ?? null) === null)
      .map(({ name }) => ({ path: joined(path, name), reason: 'must be given' }));
    const inside = Object.entries(value).flatMap(([key, one]) => {
      const property = known.get(key);
      if (!property || one === null) return [];
      return this.#mistakes(this.#checker.getTypeOfSymbol(property), one, joined(path, key));
    });
    return [...unknown, ...missing, ...inside];
  }

  /** `Input<T | undefined>` → the shapes that T may have on the wire. */
  #choices(type: ts.Type): readonly ts.Type[] {
    const members = type.isUnion() ? type.types : [type];
    return members.filter(
      ({ flags, symbol }) =>
        !(flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Null)) &&
        !['Promise', 'OutputInstance'].includes((symbol as ts.Symbol | undefined)?.name ?? ''),
    );
  }

  #isOutput(property: ts.Symbol): boolean {
    return /^(pulumi\.)?Output</.test(
      this.#checker.typeToString(
        this.#checker.getTypeOfSymbol(property),
        undefined,
        ts.TypeFormatFlags.NoTruncation,
      ),
    );
  }

  /** T of a property that is an `Output<T>`. */
  #valueOfOutput(instance: ts.Type, name: string): ts.Type | undefined {
    const property = instance.getProperty(name);
    return property && this.#checker.getTypeOfSymbol(property).aliasTypeArguments?.[0];
  }

  /** What was given with everything that the provider adds to it as unknown. */
  #completed(type: ts.Type | undefined, given: Value | undefined): Value {
    if (given === undefined || given === null) return unknownValue;
    if (!isProperties(given) || !type) return given;
    const [shape] = this.#choices(type).filter(({ flags }) => flags & ts.TypeFlags.Object);
    if (!shape || shape.getStringIndexType()) return given;
    const rest = this.#checker.getPropertiesOfType(shape).map(({ name }) => name);
    return { ...Object.fromEntries(rest.map((name) => [name, unknownValue])), ...given };
  }
}

/** Files of a package that are imported anywhere in components/: all of its index, or single modules. */
function modulesInUse(packageName: string): string[] {
  const sources = readdirSync(join(checkout, 'components'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
  const imports = sources.flatMap((source) =>
    [...source.matchAll(/from '([^']+)'/g)].map(([, from = '']) => from),
  );
  const own = imports.filter((from) => from === packageName || from.startsWith(`${packageName}/`));
  const files = own.map((from) =>
    join(checkout, 'node_modules', from === packageName ? `${from}/index.d.ts` : `${from}.d.ts`),
  );
  const missing = files.filter((file) => !existsSync(file));
  if (files.length === 0 || missing.length > 0)
    throw new Error(
      `types of ${packageName} that are not there: ${missing.join(', ') || 'nothing imports it'}`,
    );
  return [...new Set(files)];
}

/** The engine writes its own words into inputs; they are none of the provider's. */
function withoutInternals(inputs: Properties): Properties {
  return Object.fromEntries(Object.entries(inputs).filter(([key]) => !key.startsWith('__')));
}

const joined = (path: string, key: string) => (path === '' ? key : `${path}.${key}`);
const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);
const upperFirst = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

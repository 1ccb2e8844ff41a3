import type { Properties } from './values';

/** The resource that a call is about. */
export interface Resource {
  readonly urn: string;
  /** Type token, such as `kubernetes:core/v1:Namespace`. */
  readonly type: string;
  /** Logical name in the program. */
  readonly name: string;
}

/** A name that the engine proposes (`enforce`: demands) by its autonaming configuration, or forbids (`disable`). */
export interface Autonaming {
  readonly name: string;
  readonly mode: 'propose' | 'enforce' | 'disable';
}

/** Context of a check. */
export interface CheckContext extends Resource {
  /** Makes random names equal in a saved plan and its execution; may be empty. */
  readonly seed: Uint8Array;
  readonly autonaming?: Autonaming;
}

/** Context of an operation that may take long. */
export interface Operation extends Resource {
  /** True when nothing may be changed and unknown values may occur. */
  readonly preview: boolean;
  /** The user's custom timeout; 0 when there is none. */
  readonly timeoutSeconds: number;
  /** Aborts when the user cancels. */
  readonly signal: AbortSignal;
  /** Shows what is being waited for in the resource's line; the text is not kept. */
  readonly status: (message: string) => void;
  /** Adds a warning to the resource. */
  readonly warn: (message: string) => void;
}

/** What the state knows of a resource. */
export interface State {
  readonly inputs: Properties;
  readonly outputs: Properties;
}

/** One property that differs, by its path (`spec.ports[0].port`). */
export interface Change {
  readonly path: string;
  readonly kind: 'add' | 'delete' | 'update';
  /** True when the change needs a new resource. */
  readonly replace?: boolean;
}

/** An input that cannot be accepted. */
export interface Failure {
  readonly property: string;
  readonly reason: string;
}

/** Answer of a check: the inputs with defaults filled in, and what is wrong with them. */
export interface Checked {
  readonly inputs: Properties;
  readonly failures?: readonly Failure[];
}

/** Answer of a diff; no changes means that nothing is to be done. */
export interface Difference {
  readonly changes: readonly Change[];
  readonly deleteBeforeReplace?: boolean;
}

/** A resource provider as Pulumi's engine calls it; secrets are plain values here and are marked again by the engine. */
export interface Provider {
  readonly name: string;
  /** Must equal the version of the npm package whose resources are served. */
  readonly version: string;
  /** The part `provider` of its schema: what the provider itself may be given; absent where nobody reads it. */
  readonly providerSchema?: object;
  /** Inputs of the provider resource itself, before `configure`. */
  checkConfig?(olds: Properties, news: Properties): Checked | Promise<Checked>;
  /** Changes of the provider's own configuration; a `replace` replaces every resource of the provider. */
  diffConfig?(olds: Properties, news: Properties): Difference;
  configure?(config: Properties): void | Promise<void>;
  check(resource: CheckContext, olds: Properties, news: Properties): Promise<Checked>;
  diff(
    resource: Resource & Pick<Operation, 'warn'> & { readonly id: string },
    state: State,
    inputs: Properties,
  ): Promise<Difference>;
  create(operation: Operation, inputs: Properties): Promise<{ id: string; outputs: Properties }>;
  /** Also an import: then the state's inputs and outputs are empty. Undefined when the resource is gone. */
  read(
    operation: Operation & { readonly id: string },
    state: State,
  ): Promise<(State & { id?: string }) | undefined>;
  update(
    operation: Operation & { readonly id: string },
    state: State,
    inputs: Properties,
  ): Promise<Properties>;
  delete(operation: Operation & { readonly id: string }, state: State): Promise<void>;
  invoke?(token: string, args: Properties): Promise<Properties>;
  /** The user cancels: end what runs soon. Operations also see their `signal` abort. */
  cancel?(): void | Promise<void>;
}

/** Thrown when the resource exists, but did not become what was asked; the state keeps it and the next `up` repairs it. */
export class Unfinished extends Error {
  constructor(
    readonly id: string,
    readonly state: State,
    readonly reasons: readonly string[],
  ) {
    super(reasons.join('; '));
    this.name = 'Unfinished';
  }
}

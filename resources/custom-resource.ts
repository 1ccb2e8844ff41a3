import type * as k8s from '@pulumi/kubernetes';
import type * as pulumi from '@pulumi/pulumi';

/** A type whose every part may also be the output of another resource. */
export type DeepInput<T> = pulumi.Input<
  T extends readonly (infer U)[]
    ? readonly DeepInput<U>[]
    : T extends object
      ? { [K in keyof T]: DeepInput<T[K]> }
      : T
>;

/** The `spec` of a custom resource model, as inputs. */
export type SpecOf<T> = T extends { spec?: infer S } ? DeepInput<NonNullable<S>> : never;

/** Arguments of a custom resource class made from the model `T` of its kind. */
export interface CustomResourceArgs<T> {
  readonly metadata: pulumi.Input<k8s.types.input.meta.v1.ObjectMeta>;
  readonly spec: SpecOf<T>;
}

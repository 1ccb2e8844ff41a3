import type * as pulumi from '@pulumi/pulumi';
import type { PartName } from './part-name';

/** Arguments that were found right, in the words of the rest of the repository. */
export interface Checked {
  readonly part: PartName;
  readonly settings: unknown;
}

/** What of a load others may need. */
export interface MadeLoad {
  readonly namespace: pulumi.Output<string>;
  readonly paths: pulumi.Output<string[]>;
  readonly otlpEndpoint: pulumi.Output<string>;
  readonly prometheusUrl?: pulumi.Output<string>;
}

/** What of two hops others may need. */
export interface MadePair {
  readonly namespace: pulumi.Output<string>;
  readonly sourceUrl: pulumi.Output<string>;
  readonly targetUrl: pulumi.Output<string>;
}

/**
 * The rest of the repository, as the components of the package need it. It is known by these types alone: Pulumi's schema inference reads everything that
 * a component imports, and so does the compiler of whoever imports one.
 */
export interface Product {
  /** Throws a RunError with every mistake at once. */
  check(part: PartName, name: string, args: object, opts?: pulumi.ComponentResourceOptions): Checked;
  load(parent: pulumi.ComponentResource, checked: Checked): MadeLoad;
  pair(parent: pulumi.ComponentResource, checked: Checked): MadePair;
  dashboards(
    parent: pulumi.ComponentResource,
    checked: Checked,
    namespace: string,
  ): Readonly<Record<string, string>>;
}

// Not an import, so that types end here.
// eslint-disable-next-line @typescript-eslint/no-require-imports
export const { product } = require('./implementation') as { readonly product: Product };

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import * as dockerBuild from '@pulumi/docker-build';
import * as pulumi from '@pulumi/pulumi';

/** Images that nobody publishes: each is a target of `extension/Dockerfile`. */
export const builtImageNames = ['k6', 'echo'] as const;

/** An image that nobody publishes. */
export type BuiltImageName = (typeof builtImageNames)[number];

/** Base image of the build, by its whole version: the release of Go that compiles the lab's. Its digest could not be read here. */
export const goImage = 'docker.io/library/golang:1.26.8';

/** Directory of the sources, a build context with its own .dockerignore. */
export const contextDirectory = resolve(__dirname, '../extension');

/** How to log in to a registry. */
export interface RegistryLogin {
  /** `HOST` or `HOST:PORT`. */
  readonly address: string;
  readonly username: pulumi.Input<string>;
  readonly password: pulumi.Input<string>;
}

/** Arguments of {@link BuiltImages}. */
export interface BuiltImagesArgs {
  readonly names: readonly BuiltImageName[];
  /** `HOST:PORT` of the registry, for the builder and for the nodes. */
  readonly registry: string;
  /** Part of each tag that changes with the registry: a new one is empty, and all must be pushed again. */
  readonly generation: string;
  /** Name of the builder, which must reach the registry; absent for the one in use on this machine. */
  readonly builder?: string;
  /** Processors that the images are for; absent for those of the builder. */
  readonly platform?: dockerBuild.Platform;
  /** How to log in to the registry; absent where everybody may push. */
  readonly login?: RegistryLogin;
}

/** Repository of an image under the first part of its path. */
export function repositoryOf(image: BuiltImageName, prefix: string): string {
  return `${prefix}/${project}/${image}`;
}

const project = 'continuous-load';

/** Images built from this repository by Docker and pushed to the cluster's registry; referred to by digest. */
export class BuiltImages extends pulumi.ComponentResource {
  readonly references: Readonly<Partial<Record<BuiltImageName, pulumi.Output<string>>>>;

  /** @param opts what the registry depends on belongs into `dependsOn`, the cluster into `deletedWith` */
  constructor(name: string, args: BuiltImagesArgs, opts: pulumi.CustomResourceOptions) {
    const { dependsOn, deletedWith, ...own } = opts;
    super('continuous-load:index:BuiltImages', name, { names: [...args.names] }, own);
    const content = contentKey();
    const build = (target: BuiltImageName) =>
      new dockerBuild.Image(
        target,
        {
          // Relative to Pulumi.yaml: another checkout is no other image.
          context: { location: './extension' },
          target,
          buildArgs: { GO_IMAGE: goImage },
          tags: [`${repositoryOf(target, args.registry)}:${content}-${args.generation}`],
          push: true,
          ...(args.builder === undefined ? {} : { builder: { name: args.builder } }),
          ...(args.platform === undefined ? {} : { platforms: [args.platform] }),
          ...(args.login === undefined ? {} : { registries: [args.login] }),
          // A preview changes nothing, and needs neither builder nor registry.
          buildOnPreview: false,
        },
        {
          parent: this,
          ...(dependsOn === undefined ? {} : { dependsOn }),
          ...(deletedWith === undefined ? {} : { deletedWith }),
        },
      ).ref;
    this.references = Object.fromEntries(args.names.map((target) => [target, build(target)]));
    this.registerOutputs({});
  }
}

/** 12 hex digits over everything that goes into the images: every file of the context but tests, and the base. */
export function contentKey(directory = contextDirectory, base = goImage): string {
  const digest = createHash('sha256').update(base);
  const files = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('_test.go'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of files)
    digest.update('\0').update(relative(directory, file)).update('\0').update(readFileSync(file));
  return digest.digest('hex').slice(0, 12);
}

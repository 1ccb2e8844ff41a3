import { getAuthorizationTokenOutput } from '@pulumi/aws/ecr/getAuthorizationToken';
import { LifecyclePolicy } from '@pulumi/aws/ecr/lifecyclePolicy';
import { Repository } from '@pulumi/aws/ecr/repository';
import * as pulumi from '@pulumi/pulumi';
import type { EksClusterSettings } from '../../../settings/eks-schema';
import { type BuiltImageName, BuiltImages, repositoryOf } from '../../built-images';

/** Processors of the nodes, as builders name them. */
const platform = 'linux/amd64';

/** Images that nobody publishes, built on this machine and kept in ECR, one repository each. */
export class EksImageRegistry extends pulumi.ComponentResource {
  readonly references: BuiltImages['references'];

  constructor(
    name: string,
    { settings, names }: { readonly settings: EksClusterSettings; readonly names: readonly BuiltImageName[] },
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super('continuous-load:index:EksImageRegistry', name, {}, opts);
    const { account, region, name: cluster } = settings;
    const repositories = names.flatMap((image) => this.#repository(repositoryOf(image, cluster), image));
    const address = registryAddress(account, region);
    const token = getAuthorizationTokenOutput({ registryId: account }, { parent: this });
    this.references = new BuiltImages(
      'images',
      {
        names,
        registry: `${address}/${cluster}`,
        generation: platform.replace('linux/', ''),
        platform,
        login: { address, username: token.userName, password: pulumi.secret(token.password) },
      },
      { parent: this, dependsOn: repositories },
    ).references;
    this.registerOutputs({});
  }

  #repository(name: string, image: BuiltImageName): readonly pulumi.Resource[] {
    const child = { parent: this };
    const repository = new Repository(
      image,
      {
        name,
        // Pods name digests. A tag that could not be written again would stop the run after one that was interrupted.
        imageTagMutability: 'MUTABLE',
        imageScanningConfiguration: { scanOnPush: true },
        encryptionConfigurations: [{ encryptionType: 'AES256' }],
        // Images can be built again, and a repository that is not empty would stop `down`.
        forceDelete: true,
      },
      child,
    );
    return [
      repository,
      new LifecyclePolicy(image, { repository: repository.name, policy: lifecycle }, child),
    ];
  }
}

/** Address of the registry of an account in a region. */
export function registryAddress(account: string, region: string): string {
  return `${account}.dkr.ecr.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

/** A push brings up to three manifests (index, image, how it was built), so ten releases stay to go back to. */
const lifecycle = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      description: 'all but the newest',
      selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 30 },
      action: { type: 'expire' },
    },
  ],
});

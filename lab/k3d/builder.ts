import { demand, run } from './programs';

/** Name of the BuildKit builder that comes with a cluster. */
export function builderName(cluster: string): string {
  return `k3d-${cluster}-builder`;
}

/** Why images cannot be built here; undefined when `docker buildx` answers. */
export async function buildxProblem(timeoutMs: number): Promise<string | undefined> {
  const { code } = await run('docker', ['buildx', 'version'], { timeoutMs });
  return code === 0
    ? undefined
    : '`docker buildx` is not there, and images of k6 and echo are to be built: install the package docker-buildx-plugin ' +
        '(https://docs.docker.com/build/install-buildx), or name images of your own in images.k6 and images.echo';
}

/**
 * Makes the cluster's builder unless it is there. It shares the network of the machine, since the registry is at 127.0.0.1, which a
 * builder in a network of its own does not reach (https://docs.docker.com/build/builders/drivers/docker-container).
 */
export async function ensureBuilder(cluster: string, signal?: AbortSignal): Promise<void> {
  const name = builderName(cluster);
  if ((await run('docker', ['buildx', 'inspect', name], { signal })).code === 0) return;
  const driver = ['--driver', 'docker-container', '--driver-opt', 'network=host'];
  await demand('docker', ['buildx', 'create', '--name', name, ...driver], { signal });
}

/** Removes the cluster's builder with its cache, where there is one. */
export async function removeBuilder(cluster: string): Promise<void> {
  const name = builderName(cluster);
  if ((await run('docker', ['buildx', 'inspect', name])).code === 0)
    await run('docker', ['buildx', 'rm', '--force', name]);
}

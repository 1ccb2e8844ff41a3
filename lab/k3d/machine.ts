import { createServer } from 'node:net';
import { compareVersions } from '../toolchain/versions';
import { buildxProblem } from './builder';
import { run, type Said } from './programs';

/** The oldest k3d with the config file format that is written here, and in which its known faults are mended. */
export const oldestK3d = '5.8.0';

/** The oldest Docker that k3d works with: https://k3d.io/stable/#requirements */
export const oldestDocker = '20.10.5';

/** How long docker and k3d may take to tell their versions, in milliseconds: longer than a busy machine needs. */
export const answerMs = 20_000;

/** What is wrong with this machine as a home of k3d clusters: sentences with the way out; none where all is well. */
export async function machineProblems(builder = false, timeoutMs = answerMs): Promise<string[]> {
  const [docker, k3d] = await Promise.all([dockerProblem(timeoutMs), k3dProblem(timeoutMs)]);
  const buildx = builder && docker === undefined ? await buildxProblem(timeoutMs) : undefined;
  return [docker, k3d, buildx].filter((problem) => problem !== undefined);
}

const otherwise = 'or use another cluster: `npm run up lab` needs no Docker';

/** Why no Docker engine can be used; undefined when `docker info` succeeds and the engine is new enough. */
export async function dockerProblem(timeoutMs = answerMs): Promise<string | undefined> {
  const said = await run('docker', ['info', '--format', '{{.ServerVersion}}'], { timeoutMs });
  if (said.code === 127)
    return `docker is not on PATH: install Docker (https://docs.docker.com/engine/install), ${otherwise}`;
  const version = said.stdout.trim();
  if (said.code !== 0 || !/^\d+\./.test(version))
    return `no Docker engine answers (\`docker info\`: ${firstWords(said)}): ${remedy(said)}, ${otherwise}`;
  if (compareVersions(version, oldestDocker) < 0)
    return `Docker ${version} is too old for k3d, which needs ${oldestDocker} or newer: update it, ${otherwise}`;
  return undefined;
}

function remedy({ stderr }: Said): string {
  return /permission denied/i.test(stderr)
    ? 'put your user into the group docker and log in again'
    : 'start Docker (`systemctl start docker`, or Docker Desktop)';
}

/** Why no k3d can be used; undefined when there is one that is new enough. */
export async function k3dProblem(timeoutMs = answerMs): Promise<string | undefined> {
  const said = await run('k3d', ['version'], { timeoutMs });
  const install = `install k3d ${oldestK3d} or newer (https://k3d.io/stable/#installation)`;
  if (said.code === 127) return `k3d is not on PATH: ${install}, ${otherwise}`;
  const version = /k3d version v?(\d+\.\d+\.\d+)/.exec(said.stdout)?.[1];
  if (said.code !== 0 || version === undefined)
    return `\`k3d version\` tells no version (${firstWords(said)}): ${install}`;
  return compareVersions(version, oldestK3d) < 0
    ? `k3d ${version} is too old: ${install}, ${otherwise}`
    : undefined;
}

function firstWords({ code, stdout, stderr }: Said): string {
  const line = (stderr.trim() || stdout.trim()).split('\n')[0] ?? '';
  return line === '' ? `exit code ${code}` : line.length > 160 ? `${line.slice(0, 159)}…` : line;
}

/** Whether the node image is on the machine, or can be pulled; a reason when neither. The image itself is not pulled. */
export async function imageProblem(image: string, timeoutMs = 20_000): Promise<string | undefined> {
  const local = await run('docker', ['image', 'inspect', '--format', '{{.Id}}', image], { timeoutMs });
  if (local.code === 0) return undefined;
  const remote = await run('docker', ['manifest', 'inspect', image], { timeoutMs });
  return remote.code === 0 ? undefined : `${image} is not here and cannot be pulled (${firstWords(remote)})`;
}

/** Whether something on this machine holds a port of 127.0.0.1. */
export function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EADDRINUSE'));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(false)));
  });
}

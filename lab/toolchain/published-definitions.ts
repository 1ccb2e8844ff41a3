import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheDirectory } from '../directories';
import type { Progress } from '../progress';
import { gatewayCrds, operatorCrds } from './crds';
import { definitionsOf } from './definitions';
import { families } from './programs';
import { shortHash } from './keys';
import { ToolchainError } from './toolchain-error';

/** Definitions of custom resources as their project publishes them: files of its repository at a release, with their SHA-256. */
interface Published {
  readonly repository: string;
  readonly version: string;
  readonly directory: string;
  readonly files: Readonly<Record<string, string>>;
}

/** The definitions that a cluster of the stack's own gets. */
export type DefinitionsName = 'operator' | 'gateway';

// The hashes are those of the same files in the Go modules of these releases, which go.sum vouches for; a test compares them.
const table: Readonly<Record<DefinitionsName, Published>> = {
  operator: {
    repository: 'prometheus-operator/prometheus-operator',
    version: families['prometheus-operator'].programs['crds']?.version ?? '',
    directory: 'example/prometheus-operator-crd',
    files: {
      'monitoring.coreos.com_alertmanagerconfigs.yaml':
        'fed47c462483a47a4d1912bf8a7a3767618644cfdee86dc73d7624c55d6a8b9d',
      'monitoring.coreos.com_alertmanagers.yaml':
        '0e8eccd22699818c93f619c8fe2d92dbbd783a7e9232827a886dedeac1fb5dc1',
      'monitoring.coreos.com_podmonitors.yaml':
        '45a93443daa687d3654f7e9631909ff7edcdf3ec09c5e60251b74aa2722aee5d',
      'monitoring.coreos.com_probes.yaml': 'f4ead9704bd4c6303d53e4cc15670faaf0609022a5e08c0ce496286f453666b7',
      'monitoring.coreos.com_prometheuses.yaml':
        'c0eed4b2c38a58e3a5be7e2f5846df067804c694b0c9316b35029ab68fa183a4',
      'monitoring.coreos.com_prometheusrules.yaml':
        '78be98554b9c8506ab2b4f4feb91c5f3a56e536a0a510f3a8e876a459970d56d',
      'monitoring.coreos.com_servicemonitors.yaml':
        'a99047972c9dd7679ce2050b9968e8a08773492e671b3e17abd476d42aa78a32',
    },
  },
  gateway: {
    repository: 'kubernetes-sigs/gateway-api',
    version: '1.6.0',
    directory: 'config/crd/standard',
    files: {
      'gateway.networking.k8s.io_gatewayclasses.yaml':
        'a09b320e69257056e34f268160f883e98d4da9b8786fff3463484ba5fda719df',
      'gateway.networking.k8s.io_gateways.yaml':
        '7dcaf56db92b197207bc149f049c1be0208bedc8608a56905900d3bfc71b8632',
      'gateway.networking.k8s.io_httproutes.yaml':
        '8c05f321e53b5df6aa4bdbf622a01db9c331f26d7b9723b0fc47001c1341858a',
      'gateway.networking.k8s.io_referencegrants.yaml':
        '37ab52cd8db78fb1fe14140aba96b64f6012a1fb6eb9b98daa321adb57b42f17',
    },
  },
};

/** Every published definition: where it is fetched from, and its SHA-256 in hex. */
export function sources(name: DefinitionsName): { readonly url: string; readonly sha256: string }[] {
  const { repository, version, directory, files } = table[name];
  return Object.entries(files).map(([file, sha256]) => ({
    url: `https://raw.githubusercontent.com/${repository}/v${version}/${directory}/${file}`,
    sha256,
  }));
}

function fetched(name: DefinitionsName): string {
  return join(cacheDirectory(), 'definitions', `${name}-${shortHash(table[name])}.json`);
}

const compiled: Readonly<Record<DefinitionsName, () => string>> = {
  operator: operatorCrds,
  gateway: gatewayCrds,
};

function place(name: DefinitionsName): string {
  const [mine, lab] = [fetched(name), compiled[name]()];
  return !existsSync(mine) && existsSync(lab) ? lab : mine;
}

/**
 * The path of the operator's definitions, one JSON list: fetched, or those that a lab on this machine was made with. It is there once
 * {@link ensureDefinitions} is done.
 */
export function publishedOperatorCrds(): string {
  return place('operator');
}

/** The path of the Gateway API's definitions, as {@link publishedOperatorCrds}. */
export function publishedGatewayCrds(): string {
  return place('gateway');
}

/** Fetches one file; tests put another. */
export type Fetch = (url: string, signal?: AbortSignal) => Promise<string>;

/** How long one file may take, in milliseconds. */
const patienceMs = 60_000;

const download: Fetch = async (url, signal) => {
  const limit = AbortSignal.timeout(patienceMs);
  const response = await fetch(url, { signal: signal ? AbortSignal.any([signal, limit]) : limit });
  if (!response.ok) throw new Error(`it answers ${response.status} ${response.statusText}`);
  return response.text();
};

/**
 * Makes sure that definitions are on this machine: nothing is done where they are. Every file must have the SHA-256 that is written here.
 * Throws a ToolchainError when one cannot be fetched or is another, or the signal's reason when aborted.
 */
export async function ensureDefinitions(
  names: readonly DefinitionsName[],
  progress: Pick<Progress, 'step' | 'end'>,
  signal?: AbortSignal,
  get: Fetch = download,
): Promise<void> {
  for (const name of names) {
    if (existsSync(place(name))) continue;
    const { repository, version } = table[name];
    progress.step(`fetching the definitions of ${repository} ${version}`);
    const texts: string[] = [];
    for (const { url, sha256 } of sources(name)) texts.push(await verified(url, sha256, get, signal));
    const file = fetched(name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.${process.pid}.partial`, JSON.stringify(definitionsOf(texts), null, 1));
    renameSync(`${file}.${process.pid}.partial`, file);
    progress.end();
  }
}

async function verified(url: string, sha256: string, get: Fetch, signal?: AbortSignal): Promise<string> {
  let text: string;
  try {
    text = await get(url, signal);
  } catch (error) {
    signal?.throwIfAborted();
    const { message, cause } = error as Error;
    const reason = cause instanceof Error ? cause.message : message;
    throw new ToolchainError(
      `${url} cannot be fetched: ${reason}. Check that this machine reaches it (behind a proxy set HTTPS_PROXY and NODE_USE_ENV_PROXY=1), ` +
        'or bring up a lab once, which compiles the same definitions: `npm run up lab`.',
    );
  }
  const found = createHash('sha256').update(text).digest('hex');
  if (found !== sha256)
    throw new ToolchainError(
      `${url} is not the file that was checked: its SHA-256 is ${found}, not ${sha256}. Nothing of it is used.`,
    );
  return text;
}

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hierarchies } from '../../lab/cluster/cgroups';
import { debianRoot } from '../../lab/toolchain/debian';
import { capture } from '../../lab/command';
import { kernelFeatures, type KernelFeature } from './facts';

/**
 * Tries each feature in throwaway namespaces of its own, the way the lab will use it (which also loads the modules); nothing of it
 * stays. A line `feature` means it works, `feature: words` that it does not.
 */
const script = `
try() { name=$1; shift; if said=$("$@" 2>&1); then echo "$name"; else echo "$name: $(echo $said | head -c 300)"; fi; }
echo namespaces
try bridge ip link add clbridge type bridge
try veth ip link add clveth0 type veth peer name clveth1
mount -t tmpfs none /tmp && mkdir /tmp/lower /tmp/upper /tmp/work /tmp/merged
try overlay mount -t overlay none -o lowerdir=/tmp/lower,upperdir=/tmp/upper,workdir=/tmp/work /tmp/merged
if [ -n "$NAT" ]; then try nat env LD_LIBRARY_PATH="$LIBRARIES" "$NAT" -t nat -S; fi
`;

const probeTimeoutMs = 20_000;

/** What the kernel said to each feature that did not work; empty when all do. Needs root. */
export async function kernelTroubles(): Promise<Partial<Record<KernelFeature, string>>> {
  const iptables = findIptables();
  const { stdout, stderr } = await capture(
    'unshare',
    ['--mount', '--net', '--pid', '--fork', '--uts', '--ipc', 'sh', '-c', script],
    {
      timeoutMs: probeTimeoutMs,
      env: { ...process.env, NAT: iptables?.file ?? '', LIBRARIES: iptables?.libraries ?? '' },
    },
  );
  return parseTroubles(stdout, stderr, iptables !== undefined);
}

/** Reads what the trial printed. Features that it never came to are blamed on the namespaces. */
export function parseTroubles(
  stdout: string,
  stderr: string,
  withNat: boolean,
): Partial<Record<KernelFeature, string>> {
  const lines = stdout.split('\n');
  if (!lines.includes('namespaces')) return { namespaces: stderr.trim() };
  const troubles: Partial<Record<KernelFeature, string>> = {};
  for (const feature of kernelFeatures) {
    if (lines.includes(feature) || (feature === 'nat' && !withNat)) continue;
    const line = lines.find((candidate) => candidate.startsWith(`${feature}:`));
    troubles[feature] = line?.slice(feature.length + 1).trim() ?? stderr.trim();
  }
  return troubles;
}

/** iptables as the nodes will have it, else the machine's own; on a first run there may be none yet, and NAT is not tried. */
function findIptables(): { file: string; libraries: string } | undefined {
  const root = debianRoot();
  const unpacked = join(root, 'usr/sbin/iptables');
  if (existsSync(unpacked)) {
    const directory = join(root, 'usr/lib');
    const triplets = readdirSync(directory).filter((name) => name.endsWith('-linux-gnu'));
    return { file: unpacked, libraries: triplets.map((triplet) => join(directory, triplet)).join(':') };
  }
  return existsSync('/usr/sbin/iptables') ? { file: '/usr/sbin/iptables', libraries: '' } : undefined;
}

const neededControllers = ['cpu', 'memory', 'cpuset', 'pids'];

/** Needed cgroup controllers that no mounted hierarchy has. */
export function missingControllers(found = hierarchies()): string[] {
  const have = new Set(
    found.flatMap(({ version, options, mountPoint }) =>
      version === 1 ? options.split(',') : unified(mountPoint),
    ),
  );
  return neededControllers.filter((controller) => !have.has(controller));
}

function unified(mountPoint: string): string[] {
  const file = join(mountPoint, 'cgroup.controllers');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split(' ') : [];
}

/** Raw sections of a config, as one writes them. */
type Raw = Readonly<Record<string, unknown>>;

/**
 * What is another default on a kind of cluster than the schemas say, as one would write it: a stack that writes only its kind has these. A
 * kind without a row has the defaults of the schemas. Sizes that fit a production of one's own are nobody's preset: `Pulumi.prod.yaml` has some.
 */
export const presets: Readonly<Record<string, Raw>> = {
  // A laptop's disk. Whether k3s' kubelets show a certificate that its own authority signed was never tried.
  k3d: {
    monitoring: { retentionSize: '4GB', storage: { size: '5GB' }, kubelet: { verifyTls: false } },
    // k3s keeps policies by itself.
    networkPolicies: { enabled: true },
  },
  // The add-on of the network is told to.
  eks: { networkPolicies: { enabled: true } },
};

/** The raw sections with the presets of their kind of cluster under them: what is written stands. */
export function withPresets(raw: Raw): Raw {
  const { cluster } = raw;
  const kind = isMap(cluster) ? cluster['kind'] : undefined;
  const preset = typeof kind === 'string' && Object.hasOwn(presets, kind) ? presets[kind] : undefined;
  if (preset === undefined) return raw;
  const { monitoring } = raw;
  const { monitoring: ofServers, ...others } = preset;
  // What a Prometheus of the stack's own has by default is no key where the stack runs none.
  const runs =
    !isMap(monitoring) || ['own', 'kube-prometheus-stack', undefined].includes(monitoring['kind'] as string);
  return over(runs ? { ...others, monitoring: ofServers } : others, raw);
}

/** What a key has on each kind that presets it: `[['k3d', '4GB']]`. */
export function presetsOf(key: string): readonly (readonly [kind: string, value: unknown])[] {
  return Object.entries(presets).flatMap(([kind, preset]) => {
    const value = key
      .split('.')
      .reduce<unknown>((sofar, part) => (isMap(sofar) ? sofar[part] : undefined), preset);
    return value === undefined ? [] : [[kind, value] as const];
  });
}

function over(under: Raw, written: Raw): Raw {
  const merged = Object.entries(written).map(([key, value]) => {
    const below = under[key];
    return [key, isMap(below) && isMap(value) ? over(below, value) : value] as const;
  });
  return { ...under, ...Object.fromEntries(merged) };
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

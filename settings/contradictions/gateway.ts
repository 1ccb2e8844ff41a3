import type { Contradiction } from './contradiction';

/** What a path through a gateway needs to know where the stack runs no gateway of its own. */
const gatewayFields = [
  ['ingress', 'class', 'the name of a GatewayClass, whose controller makes the gateway', 'istio'],
  ['ingress-external', 'class', 'the name of a GatewayClass, whose controller makes the gateway', 'istio'],
  ['ingress', 'address', 'where pods reach the gateway', 'gateway-istio.continuous-load.svc.cluster.local.'],
  ['ingress-external', 'externalAddress', 'where clients outside reach the gateway', 'gateway.example.org'],
] as const;

/** Only of its own gateway the stack can say what it repeats. */
const retriesElsewhere: Contradiction = {
  uses: ['cluster', 'gateway.retries'],
  find: ({ cluster, gateway: { retries } }) =>
    cluster.kind !== 'existing' || retries === undefined
      ? []
      : [
          {
            field: 'gateway.retries',
            value: retries,
            allowed:
              'left out where the gateway is yours: whether your gateway repeats attempts is up to its class',
            mend: 'remove it, and set it where the class is configured',
          },
        ],
};

const whereItIs: readonly Contradiction[] = gatewayFields.map(([path, field, what, example]) => ({
  uses: ['cluster', `paths.${path}.enabled`, `gateway.${field}`],
  find: ({ cluster, paths, gateway }) => {
    const own = cluster.kind !== 'existing';
    if (!paths[path].enabled || own === (gateway[field] === undefined)) return [];
    // Both paths need a class; one of them says so.
    if (field === 'class' && path === 'ingress-external' && paths.ingress.enabled) return [];
    return own
      ? [
          {
            field: `gateway.${field}`,
            value: gateway[field],
            allowed: `left out on ${cluster.kind === 'lab' ? 'the lab' : cluster.kind}, where the stack runs a gateway of its own`,
            mend: 'remove it',
          },
        ]
      : [
          {
            field: `gateway.${field}`,
            allowed: `given, because paths.${path} is enabled: ${what}`,
            mend: `write for example ${example}, or set paths.${path}.enabled: false`,
          },
        ];
  },
}));

/** Contradictions between paths through a gateway and what is said of the gateway. */
export const gatewayContradictions: readonly Contradiction[] = [...whereItIs, retriesElsewhere];

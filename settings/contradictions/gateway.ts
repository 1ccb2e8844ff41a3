import type { Contradiction } from './contradiction';

/** What a path through a gateway needs to know outside the lab, which has a gateway of its own. */
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
    cluster.kind === 'lab' || retries === undefined
      ? []
      : [
          {
            field: 'gateway.retries',
            value: retries,
            allowed: 'left out but on the lab: whether your gateway repeats attempts is up to its class',
            mend: 'remove it, and set it where the class is configured',
          },
        ],
};

const whereItIs: readonly Contradiction[] = gatewayFields.map(([path, field, what, example]) => ({
  uses: ['cluster', `paths.${path}.enabled`, `gateway.${field}`],
  find: ({ cluster, paths, gateway }) => {
    if (!paths[path].enabled || (cluster.kind === 'lab') === (gateway[field] === undefined)) return [];
    // Both paths need a class; one of them says so.
    if (field === 'class' && path === 'ingress-external' && paths.ingress.enabled) return [];
    return cluster.kind === 'lab'
      ? [
          {
            field: `gateway.${field}`,
            value: gateway[field],
            allowed: 'left out on the lab, which runs a gateway of its own',
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

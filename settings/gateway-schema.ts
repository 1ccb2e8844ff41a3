import { z } from 'zod';
import { isHost, parseHostAndPort } from './address';
import { leaf, number, text } from './fields';
import { objectName } from './kubernetes-names';

const hostAndPort = (example: string) =>
  leaf({
    written: { type: 'string' },
    allowed: 'a name or an address, with a port unless it is 80; an IPv6 address in brackets',
    mend: `write for example ${example}`,
    parse: (raw) =>
      typeof raw === 'string' && (isHost(raw) || parseHostAndPort(raw) !== undefined) ? raw : undefined,
  }).optional();

/** The section `gateway`. */
export const gatewaySchema = z
  .strictObject({
    /** GatewayClass whose controller serves the gateway; the lab has one of its own. */
    class: text({
      pattern: objectName,
      allowed: 'the name of a GatewayClass',
      mend: 'see `kubectl get gatewayclass`',
    })
      .optional()
      .meta({
        description: 'GatewayClass whose controller serves the gateway; only on an existing cluster.',
        leftOut: 'the stack’s own on lab and k3d',
      }),
    address: hostAndPort('gateway-istio.continuous-load.svc.cluster.local.').describe(
      'Where pods reach the gateway, for ingress: the Service that the class’s controller makes; only on an existing cluster.',
    ),
    externalAddress: hostAndPort('gateway.example.org').describe(
      'Where clients outside reach the gateway, for ingress-external; only on an existing cluster.',
    ),
    retries: number({
      min: 0,
      max: 10,
      whole: true,
      unit: 'repeats of one request',
      mend: 'write 0 to see every fault in the probes',
    })
      .optional()
      .meta({
        description:
          'How often the stack’s own gateway repeats an attempt that failed (connect failure, 503), and so hides it.',
        leftOut: '0',
      }),
  })
  .prefault({})
  .describe('The gateway of the paths ingress and ingress-external, which are off by default.');

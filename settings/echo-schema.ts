import { z } from 'zod';
import { duration, number } from './fields';
import { resources } from './resources-schema';

/** The section `echo`. */
export const echoSchema = z
  .strictObject({
    replicas: number({
      min: 2,
      max: 50,
      whole: true,
      mend: 'write 2 or more: one replica cannot be drained without an outage',
    })
      .prefault(2)
      .describe('Pods of the echo server.'),
    drainAfter: duration({
      min: 1000,
      max: 120_000,
      mend: 'write for example 5s: by then every kube-proxy has forgotten a pod that ends',
    })
      .prefault('5s')
      .describe(
        'How long a pod that is to stop still serves before it ends its streams; of the nodes’ echoes too.',
      ),
    resources: resources({ cpu: ['20m', '500m'], memory: ['32MB', '128MB'] }),
  })
  .prefault({})
  .describe('The echo server behind grpc-stream, websocket, tcp and udp.');

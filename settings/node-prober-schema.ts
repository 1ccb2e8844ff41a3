import { z } from 'zod';
import { defaultNodeProber, nodeProtocols } from '../signals/node-model';
import { choice, duration, flag, number } from './fields';
import { resources } from './resources-schema';
import { dayMs, formatDuration } from './units';

/** The section `nodeProber`. */
export const nodeProberSchema = z
  .strictObject({
    enabled: flag('false probes no node from another').optional().meta({
      description: 'Whether there are an echo and a prober on every node.',
      leftOut: 'true on a lab of two nodes or more, elsewhere with images.echo',
    }),
    peers: number({
      min: 1,
      max: 20,
      whole: true,
      unit: 'other nodes that each node probes at a time',
      mend: `write for example ${defaultNodeProber.peers}: load and series grow with nodes × peers`,
    })
      .prefault(defaultNodeProber.peers)
      .describe('How many other nodes a node probes; its own comes on top.'),
    rate: number({
      min: 0.1,
      max: 10,
      unit: 'probes per second from one node to one other over one protocol',
      mend: `write for example ${defaultNodeProber.ratePerSecond}; to stop them set enabled: false`,
    })
      .prefault(defaultNodeProber.ratePerSecond)
      .describe('Load from each node to each of its peers.'),
    protocols: z
      .array(choice(nodeProtocols, `write ${nodeProtocols.join(', ')} or both`))
      .prefault([...nodeProtocols])
      .describe('What nodes are probed over, each once.'),
    timeout: duration({ min: 50, max: 10_000, mend: 'write for example 1s' })
      .prefault(formatDuration(defaultNodeProber.timeoutMs))
      .describe('When a probe without an answer has failed; longer than the bound, at most 1 / rate.'),
    latencyBound: duration({ min: 1, max: 10_000, mend: 'write for example 25ms' })
      .prefault(formatDuration(defaultNodeProber.latencyBoundMs))
      .describe('An answer after it is slow, which is shown and alerts nobody.'),
    rotation: duration({
      min: 600_000,
      max: 7 * dayMs,
      mend: 'write for example 1h: each rotation makes new series',
    })
      .prefault(formatDuration(defaultNodeProber.rotationMs))
      .describe('How long a node keeps its peers, where there are more nodes than peers.'),
    resources: resources({ cpu: ['10m', '200m'], memory: ['16MB', '64MB'] }),
  })
  .prefault({})
  .describe('Probes from every node to some others over TCP and UDP.');

import { nodeProtocols, pairsPerNode } from '../../signals/node-model';
import { scrapesPods, tellsNodePairs } from '../monitoring-schema';
import type { Config } from '../schema';
import { formatDuration } from '../units';
import type { Contradiction } from './contradiction';

/** Whether nodes are probed: as the config says, else wherever it can be done. */
export function nodesAreProbed({
  cluster,
  images,
  nodeProber,
  monitoring,
}: Pick<Config, 'cluster' | 'images' | 'nodeProber' | 'monitoring'>): boolean {
  if (!tellsNodePairs(monitoring)) return false;
  return nodeProber.enabled ?? (cluster.kind === 'lab' ? cluster.nodes > 1 : images.echo !== undefined);
}

/** Contradictions of the section `nodeProber`. */
export const nodeProberContradictions: readonly Contradiction[] = [
  {
    uses: ['monitoring.kind', 'nodeProber.enabled'],
    find: ({ monitoring, nodeProber: { enabled } }) =>
      enabled !== true || tellsNodePairs(monitoring)
        ? []
        : [
            {
              field: 'nodeProber.enabled',
              value: true,
              allowed: `false or left out with monitoring.kind ${monitoring.kind}: the probers of the nodes are scraped, ${scrapesPods(monitoring) ? 'and their rules need series that end by a mark, which Google’s do not' : 'and nobody scrapes'}`,
              mend: 'leave it out, or choose a kind of monitoring with a Prometheus in the cluster',
            },
          ],
  },
  {
    uses: ['cluster', 'images', 'nodeProber.enabled'],
    find: ({ cluster, images, nodeProber: { enabled } }) =>
      enabled !== true || cluster.kind !== 'existing' || images.echo !== undefined
        ? []
        : [
            {
              field: 'images.echo',
              allowed:
                'an image of the echo server, which has the prober of the nodes in it: nodeProber is enabled',
              mend: 'build it from extension/ and name it here, or set nodeProber.enabled: false',
            },
          ],
  },
  {
    uses: ['cluster.nodes', 'nodeProber.enabled'],
    find: ({ cluster, nodeProber: { enabled } }) =>
      enabled !== true || cluster.kind !== 'lab' || cluster.nodes > 1
        ? []
        : [
            {
              field: 'nodeProber.enabled',
              value: true,
              allowed: 'false on a lab of one node: it has no other to probe',
              mend: 'leave it out, or set cluster.nodes: 2',
            },
          ],
  },
  {
    uses: ['nodeProber.protocols'],
    find: ({ nodeProber: { protocols } }) =>
      protocols.length > 0 && new Set(protocols).size === protocols.length
        ? []
        : [
            {
              field: 'nodeProber.protocols',
              value: protocols,
              allowed: `one or more of ${nodeProtocols.join(', ')}, each once`,
              mend: 'write each protocol once; to probe no node set nodeProber.enabled: false',
            },
          ],
  },
  {
    uses: ['nodeProber.timeout', 'nodeProber.latencyBound'],
    find: ({ nodeProber: { timeout, latencyBound } }) =>
      timeout > latencyBound
        ? []
        : [
            {
              field: 'nodeProber.timeout',
              value: formatDuration(timeout),
              allowed: `longer than nodeProber.latencyBound, ${formatDuration(latencyBound)}: a probe that is cut off there can never be slow`,
              mend: `raise the timeout, for example to ${formatDuration(latencyBound * 4)}, or lower the bound`,
            },
          ],
  },
  {
    uses: ['nodeProber.timeout', 'nodeProber.rate'],
    find: ({ nodeProber: { timeout, rate } }) =>
      timeout * rate <= 1000
        ? []
        : [
            {
              field: 'nodeProber.timeout',
              value: formatDuration(timeout),
              allowed: `at most the time between two probes of a pair, ${formatDuration(Math.floor(1000 / rate))} at nodeProber.rate ${rate}: else a dead node is probed less often than it should be`,
              mend: 'lower the timeout or the rate',
            },
          ],
  },
  {
    uses: ['cluster', 'images', 'nodeProber', 'load.maxRate', 'monitoring.kind'],
    find: (config) => {
      const { cluster, nodeProber, load } = config;
      // Of a cluster that is not ours the number of nodes is not known here, and may change.
      if (cluster.kind !== 'lab' || !nodesAreProbed(config)) return [];
      const peers = Math.min(nodeProber.peers, cluster.nodes - 1);
      const all = cluster.nodes * pairsPerNode({ ...nodeProber, peers }) * nodeProber.rate;
      return all <= load.maxRate
        ? []
        : [
            {
              field: 'nodeProber.rate',
              value: nodeProber.rate,
              allowed: `such that all nodes together send at most load.maxRate, ${load.maxRate} probes per second; they would send ${all}`,
              mend: 'lower the rate or the number of peers, or raise the cap if the cluster may get that much',
            },
          ];
    },
  },
];

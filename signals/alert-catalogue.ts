import { chaosCatalogue } from './chaos-catalogue';
import { farEndCatalogue } from './far-end-catalogue';
import { meshCatalogue } from './mesh-catalogue';
import { nodeCatalogue } from './node-catalogue';
import { surroundingsCatalogue } from './surroundings-catalogue';

/** How loud an alert is: a page wakes somebody, a ticket waits for the day, `none` only inhibits others. */
export type AlertKind = 'page' | 'ticket' | 'none';

/** What people must know about an alert: the source of its annotations and of its runbook. */
export interface AlertEntry {
  readonly name: string;
  readonly kind: AlertKind;
  /** One sentence: what is so while it fires. */
  readonly meaning: string;
  /** When it fires, in words, for the docs. */
  readonly condition: string;
  /** Likely causes, most likely first. */
  readonly causes: readonly string[];
  /** What to do, in order. */
  readonly steps: readonly string[];
}

const seeReasons =
  'Read reason and hop in the alert or with `sum by (reason, hop, conn) (increase(k6_probes_total{path="PATH",outcome="failed"}[2m]))`.';

/** Alerts on a path. */
const pathCatalogue = [
  {
    name: 'PathDown',
    kind: 'page',
    meaning: 'Probes are sent on this path and none is answered right.',
    condition:
      'Probes attempted, none good over every hop, in max(15 s, 10 / rate, 5 exports): what goes past source says nothing about source. Resolves 30 s after the first good probe, so that a flapping outage is one page.',
    causes: [
      'no ready pod behind the Service (reason `connect`, hop 2: target; hop 1: source)',
      'cluster DNS does not answer (reason `dns`)',
      'large packets are lost, as where an MTU is too small on the way: calls over HTTP and TCP carry 4 KiB (reasons `timeout`, `silence`), while `grpc`, `udp`, `dns`, streams and new connections, whose packets are small, go on',
      'packets are dropped: network policy, kube-proxy, node (reason `timeout`; beside `connect` it is the same cause, as a kernel answers one refusal a second and client)',
      'a release that answers with errors (reasons `status`, `body`)',
      'on `mesh-mtls` and `mesh-authz` with reason `admitted`: the mesh admits whom it must not, since a PeerAuthentication or AuthorizationPolicy was changed; with any other reason nobody could judge',
    ],
    steps: [
      seeReasons,
      'Reason `admitted`: `kubectl -n continuous-load-mesh get peerauthentication,authorizationpolicy -o yaml` and the same of the root namespace of Istio; `npm run up -- --refresh` puts back what is this stack’s. Whatever else was changed with it is open to others too.',
      'Hop 1 is injector → source, hop 2 is source → target. Look at the Deployment and the EndpointSlice of the hop that fails: `kubectl -n continuous-load get deploy,po,endpointslices`.',
      'With reason `dns`, look at CoreDNS: `kubectl -n kube-system get po -l k8s-app=kube-dns`.',
      'With reason `timeout` on all hops, look at nodes and network policies.',
      'With reason `silence`, or `timeout` while `grpc` and streams are well: `ping -M do -s 1472 ADDRESS` from node to node and smaller until it answers, and compare the MTU of the nodes’ interfaces with that of the pods’ (`ip link`).',
      'Undo the last change if it fits in time: `kubectl -n continuous-load rollout undo deploy/NAME`.',
    ],
  },
  {
    name: 'PathRecentlyDown',
    kind: 'none',
    meaning: 'This path was down a short time ago; nobody is told.',
    condition:
      'As PathDown, and kept firing for the short window of the fastest burn and 30 s. It mutes the burn alerts of its path.',
    causes: ['see PathDown'],
    steps: ['Nothing: it only keeps one outage from being notified twice.'],
  },
  {
    name: 'SharedCauseDown',
    kind: 'none',
    meaning: 'A path is or was just down that others need, or that ends at the same server; nobody is told.',
    condition:
      'As PathDown of a path that leads others, and kept firing for 90 s. It mutes PathDown of those: one server gone, or the name service, is one page.',
    causes: ['see PathDown'],
    steps: ['Nothing: it only keeps one cause from being notified once for each path.'],
  },
  {
    name: 'ExplainedBurn',
    kind: 'none',
    meaning:
      'A path burns fast because one that others need, or that ends at the same server, does; nobody is told.',
    condition:
      'As SloFastBurn, while it holds of a path that leads this one too, and of no pair of windows that burns the short one lost more than three times the share that the other path lost. It mutes SloFastBurn of its path: half a name service is one page, and a path that loses more by a fault of its own is another.',
    causes: ['see SloFastBurn'],
    steps: ['Nothing: it only keeps one cause from being notified once for each path.'],
  },
  {
    name: 'ProbesMissing',
    kind: 'page',
    meaning: 'No probe of this path is counted: nobody knows whether it works.',
    condition: 'No probe counted over max(30 s, 10 / rate), for 60 s.',
    causes: [
      'no injector runs (scaled to 0, not schedulable, crash loop)',
      'the injectors cannot reach the OTLP receiver of Prometheus',
      "every probe ends in the prober's own `error` (starved injector, broken script)",
    ],
    steps: [
      '`kubectl -n continuous-load get po -l app.kubernetes.io/name=injector` and their logs; k6 logs a failed export.',
      'Is the OTLP endpoint reachable: Service `prometheus-main` in namespace `monitoring`, flag `--web.enable-otlp-receiver`.',
      'Only errors: `sum by (reason) (increase(k6_probes_total{outcome="error"}[5m]))`; `lag` is CPU, `script` is in the logs.',
    ],
  },
  {
    name: 'PathDownFromOneSource',
    kind: 'ticket',
    meaning: 'One injector gets no good answer on this path while another one does.',
    condition:
      'Probes attempted and none good from one injector over max(30 s, 20 × injectors / rate), for 30 s, while another has good ones.',
    causes: [
      'the node of that injector has lost part of its network',
      'its kube-proxy rules are stale',
      'its name server is broken',
    ],
    steps: [
      'The label `instance` is the pod: `kubectl -n continuous-load get po INSTANCE -o wide` gives its node.',
      'Compare with a pod on the same node, then look at kube-proxy and the CNI of that node.',
      'Delete the pod if it is alone: a new one on the same node tells node from pod.',
    ],
  },
  {
    name: 'SloFastBurn',
    kind: 'page',
    meaning: 'The error budget of this path is being spent so fast that it will not last.',
    condition:
      'Burn over 14.4 in 1 h and 5 min, or over 6 in 6 h and 30 min (30-day period). Failures that PathDown has paged for do not count.',
    causes: [
      'some pods of a hop fail',
      'overload or restarts',
      'packet loss',
      'a release that breaks part of the answers',
    ],
    steps: [
      seeReasons,
      'Split by `conn`: failing only `fresh` points at DNS, endpoints or connection set-up; only `kept` at connections being cut.',
      'Compare pods of the failing hop: restarts, readiness, CPU throttling.',
    ],
  },
  {
    name: 'SloSlowBurn',
    kind: 'ticket',
    meaning: 'The error budget of this path is being spent faster than it should be.',
    condition:
      'Burn over 3 in 1 d and 2 h, or over 1 in 3 d and 6 h (30-day period). Failures that PathDown has paged for do not count.',
    causes: ['rare failures at every rollout', 'a pod that fails now and then', 'a low rate of packet loss'],
    steps: [
      'Plot `sum by (reason, hop) (rate(k6_probes_total{outcome="failed"}[30m]))` over a day and compare with rollouts, scaling and node events.',
      'Rollouts: check readiness probes, preStop sleep and shutdown grace of the hop that fails.',
    ],
  },
  {
    name: 'LatencyBurn',
    kind: 'ticket',
    meaning: 'Too many answers on this path are right but late.',
    condition: 'Burn of the latency objective over 14.4, 6, 3 or 1 in both of its windows.',
    causes: ['CPU limits throttle a hop', 'slow name lookups', 'a hop on a busy node', 'a slower release'],
    steps: [
      'Quantiles: `histogram_quantile(0.99, sum by (path, conn) (rate(k6_probe_duration_milliseconds[5m])))`.',
      'Only `fresh` is slow: look at DNS and connection set-up. Both: look at CPU throttling of source and target.',
    ],
  },
  {
    name: 'StreamInterrupted',
    kind: 'ticket',
    meaning: 'The long-lived streams of this path are cut again and again; no message need be lost.',
    condition:
      'More than 30 ends of open streams within an hour, over all injectors (reasons `closed`, `reset`, `silence`; attempts in vain are the business of PathDown).',
    causes: [
      'something between cuts idle or old connections (reason `reset`: a timeout of NAT, load balancer or mesh)',
      'echo is rolled out or restarted often (reason `closed`)',
      'packets are dropped without a word (reason `silence`)',
    ],
    steps: [
      '`sum by (reason, instance) (increase(k6_interruptions_total{path="PATH"}[1h]))`: one injector points at its node, all at the server or a middlebox.',
      'A fixed time between two cuts is a timeout: look for the same number in proxies, load balancers, conntrack.',
      'Reason `closed`: compare with restarts and rollouts of echo.',
    ],
  },
  {
    name: 'ProbesDropped',
    kind: 'ticket',
    meaning: 'The injectors could not start probes in time; less is measured than was asked for.',
    condition:
      'More than 1 % of the asked probes dropped in 5 min, beyond one for each that timed out, for 1 min.',
    causes: ['the injectors lack CPU', 'answers take so long that all VUs wait'],
    steps: [
      'CPU throttling and memory of the injector pods; raise their CPU limit.',
      "Lower the path's timeout or rate, or raise the number of injectors.",
    ],
  },
  {
    name: 'ProbesShort',
    kind: 'ticket',
    meaning: 'Fewer probes are counted than were asked for.',
    condition: 'Under 90 % of the asked rate over 5 min, for 6 min.',
    causes: ['an injector is gone and not replaced', 'dropped probes', 'load held back by `Retry-After`'],
    steps: [
      'Count injectors that report: `count(sum by (instance) (increase(k6_probes_total[1m])) > 0)`.',
      'Held back: `sum by (path) (increase(k6_probes_held_back_total[5m]))`.',
    ],
  },
  {
    name: 'ProbesOver',
    kind: 'ticket',
    meaning: 'Far more probes are counted than were asked for.',
    condition: 'Over 150 % of the asked rate over 5 min, for 6 min.',
    causes: [
      'an injector that nobody owns any more still probes',
      'another stack pushes its counts into this Prometheus',
    ],
    steps: [
      '`sum by (instance) (increase(k6_probes_total{path="PATH"}[5m]))`: which pods probe, and do they all belong to deployment/injector?',
      'One switch stops all load: `load.enabled: false`, or `kubectl -n continuous-load scale deploy/injector --replicas=0`.',
    ],
  },
  {
    name: 'ProberErrors',
    kind: 'ticket',
    meaning: "Probes fail by the prober's own fault; they are in no SLI.",
    condition: 'More than 1 % of the asked probes end in outcome `error` over 5 min, for 1 min.',
    causes: [
      'the injectors are starved of CPU (reason `lag`): by their own limit, by their node, or by the host of that, which gives its CPUs to others',
      'a fault in a scenario (reason `script`)',
    ],
    steps: [
      '`sum by (reason, instance) (increase(k6_probes_total{outcome="error"}[5m]))`.',
      '`lag`: CPU limit and node load of that injector, and on a virtual node the time that is stolen from it (`st` of `vmstat 5`): over a tenth, everything on it is late. `script`: its log has the exception.',
    ],
  },
] as const satisfies readonly AlertEntry[];

/** Every alert, each one a section of the runbook. */
export const alertCatalogue = [
  ...pathCatalogue,
  ...farEndCatalogue,
  ...meshCatalogue,
  ...surroundingsCatalogue,
  ...nodeCatalogue,
  ...chaosCatalogue,
] as const;

/** Name of an alert in the catalogue. */
export type AlertName = (typeof alertCatalogue)[number]['name'];

/** The catalogue's entry. Throws a RangeError for a name that is not in it. */
export function alertEntry(name: AlertName): AlertEntry {
  const entry = alertCatalogue.find((candidate) => candidate.name === name);
  if (!entry) throw new RangeError(`no alert ${name} in the catalogue`);
  return entry;
}

/** Link to the runbook of an alert: the heading's anchor on the page `runbookBase`. */
export function runbookUrl(runbookBase: string, name: AlertName): string {
  return `${runbookBase}#${name.toLowerCase()}`;
}

import type { AlertEntry } from './alert-catalogue';

/** Alerts on what answers at the far end of paths beside podinfo: the gateway that the stack runs, and echo. */
export const farEndCatalogue = [
  {
    name: 'GatewayErrors',
    kind: 'ticket',
    meaning: 'The stack’s own gateway answers requests with errors, its own or target’s.',
    condition: 'More than 1 % of its answers are other than 2xx over 5 min, for 5 min.',
    causes: [
      'no pod of target is ready, or some of them fail (5xx)',
      'the route is gone or refused (4xx)',
      'istiod gave it a configuration that is wrong or old',
    ],
    steps: [
      '`sum by (pod, response_code_class) (increase(envoy_http_downstream_rq{job="gateway"}[5m]))`: 4xx is the route, 5xx target or the gateway; one pod alone has an old configuration.',
      'Conditions of the route: `kubectl -n continuous-load get httproute gateway -o yaml`.',
      'Reasons `route` and `upstream` of the paths through it say the same from outside.',
    ],
  },
  {
    name: 'GatewaySlow',
    kind: 'ticket',
    meaning: 'The stack’s own gateway takes long to answer.',
    condition: 'More than 5 % of its requests take over 100 ms, repeats included, over 10 min, for 10 min.',
    causes: ['target is slow', 'requests wait for a connection', 'it repeats attempts', 'it lacks CPU'],
    steps: [
      'Is target slow as well (alert ServerSlow)? Then look there.',
      'Attempts repeated: `sum by (path) (increase(masked_attempts_total{by="gateway"}[10m]))`.',
      'Waiting: `envoy_cluster_upstream_rq_pending_active{job="gateway"}`; CPU: alert CpuThrottled.',
    ],
  },
  {
    name: 'GatewayTraffic',
    kind: 'ticket',
    meaning:
      'The stack’s own gateway gets less than half or more than twice the requests that the probes should cause.',
    condition: 'Rate of its requests over 10 min outside 0.5…2 × the asked rate, for 10 min.',
    causes: [
      'somebody else sends load to it',
      'probes are not sent, or do not arrive',
      'something before it repeats requests',
    ],
    steps: [
      'Too few: alerts ProbesShort and ProbesDropped say whether they are sent at all.',
      'Too many: who calls it, by target’s log (`kubectl -n continuous-load logs -l app.kubernetes.io/name=target`).',
    ],
  },
  {
    name: 'GatewaySaturated',
    kind: 'ticket',
    meaning:
      'The stack’s own gateway refuses requests, connections or repeats, because too many are under way.',
    condition: 'One or more over what its circuit breakers let through, in every 5 min, for 5 min.',
    causes: ['target answers so slowly that requests pile up', 'far more load than the probes are'],
    steps: [
      '`sum by (pod) (increase(envoy_cluster_upstream_rq_pending_overflow{job="gateway"}[5m]))`, and the same of `…upstream_cx_overflow` and `…upstream_rq_retry_overflow`.',
      'The load: alert GatewayTraffic. Its CPU and memory: alerts CpuThrottled and MemoryNearLimit.',
    ],
  },
  {
    name: 'EchoErrors',
    kind: 'ticket',
    meaning: 'echo reads messages and cannot send them back, or cannot accept connections.',
    condition: 'More than 1 % of a protocol’s messages over 5 min, for 5 min.',
    causes: [
      'clients go away in the middle: something cuts connections',
      'echo has no file descriptors left',
      'the network of its node',
    ],
    steps: [
      '`sum by (pod, protocol) (increase(echo_errors_total[5m]))`: one pod points at its node, one protocol at what cuts it.',
      'Its log: `kubectl -n continuous-load logs -l app.kubernetes.io/name=echo`.',
    ],
  },
  {
    name: 'EchoRefusing',
    kind: 'ticket',
    meaning: 'echo turns connections or datagrams away.',
    condition: 'More than 5 of a protocol in every 5 min, for 5 min.',
    causes: [
      'all its connections are taken (alert EchoNearLimit)',
      'datagrams that are too long or come from its own port: somebody plays with it',
    ],
    steps: [
      '`sum by (pod, protocol) (increase(echo_refused_total[5m]))`.',
      'Who holds the connections: `echo_connections`, and whether injectors leave any behind.',
    ],
  },
  {
    name: 'EchoTraffic',
    kind: 'ticket',
    meaning: 'echo gets less than half or more than twice the messages that the probes should cause.',
    condition: 'Messages sent back by protocol over 10 min outside 0.5…2 × the asked rate, for 10 min.',
    causes: ['somebody else sends load to it', 'probes are not sent, or do not arrive'],
    steps: [
      'Too few: alerts ProbesShort and ProbesDropped say whether they are sent at all.',
      'Too many: `sum by (pod, protocol) (rate(echo_connections_total[10m]))` tells new clients from chatty ones.',
    ],
  },
  {
    name: 'EchoNearLimit',
    kind: 'ticket',
    meaning: 'A pod of echo has nearly all the connections that it takes; the next ones are refused.',
    condition:
      'Over 80 % of its bound of a protocol (4096, unless `--max-connections` says otherwise) for 5 min.',
    causes: ['clients leave connections open', 'a flood of clients'],
    steps: ['`echo_connections / echo_connections_limit` by pod: more pods share them, `echo.replicas`.'],
  },
] as const satisfies readonly AlertEntry[];

import type { AlertEntry } from './alert-catalogue';

const callers = 'the proxies beside mesh-source and mesh-source-retry';

/** Alerts on the mesh: what its proxies count, its certificates, and istiod where the stack runs it. */
export const meshCatalogue = [
  {
    name: 'MeshErrors',
    kind: 'ticket',
    meaning: `In the mesh, answers of mesh-target arrive as errors at ${callers}; what was repeated counts once for each attempt.`,
    condition:
      'More than 1 % of a path’s attempts, or in mode ambient of a hop’s own answers, are 5xx over 5 min, for 5 min.',
    causes: [
      'a pod of mesh-target or its proxy answers with errors',
      'no pod of mesh-target is ready, or its proxy refuses (alert MeshConnectFailures)',
      'with retries: the probes are good, and this is all that shows it',
    ],
    steps: [
      '`sum by (job, pod, response_code_class) (increase(envoy_cluster_upstream_rq{job=~"mesh-source.*",cluster_name=~"outbound.*mesh-target.*"}[5m]))`: one caller alone has an old configuration. What was repeated is in `envoy_cluster_retry_upstream_rq` instead.',
      'What Envoy means by it, where Istio’s own metrics are there: `sum by (response_code, response_flags) (increase(istio_requests_total{reporter="source",destination_workload="mesh-target"}[5m]))`. UF: no connection; UC: cut; UH: no healthy target; UO: overflow; NR: no route. With a stock Envoy: `envoy_cluster_upstream_cx_connect_fail`, `…_rq_pending_overflow`. In mode ambient the waypoint counts, of mesh-retry alone: `reporter="waypoint"`.',
      'Its log: `kubectl -n continuous-load-mesh logs -l app.kubernetes.io/name=mesh-target --all-containers`.',
    ],
  },
  {
    name: 'MeshConnectFailures',
    kind: 'ticket',
    meaning: `In the mesh, ${callers} get no connection to mesh-target.`,
    condition: 'More than 5 attempts in vain of a path in every 5 min, for 5 min.',
    causes: [
      'pods of mesh-target end without a drain',
      'their proxies do not run or take no certificate of ours (alert MeshCertificateExpiring)',
      'a network policy, or a node that lost part of its network',
    ],
    steps: [
      '`sum by (job, pod) (increase(envoy_cluster_upstream_cx_connect_fail{job=~"mesh-source.*",cluster_name=~"outbound.*mesh-target.*"}[5m]))`.',
      'Mutual TLS: `kubectl -n continuous-load-mesh get peerauthentication -o yaml`, and the log of the container `istio-proxy` of mesh-target.',
      'In mode ambient ztunnel counts, and says why: `sum by (source_workload, response_flags) (increase(istio_tcp_connections_failed_total{job="ztunnel"}[5m]))`; DENY is a policy, CONNECT the network. Its log: `kubectl -n istio-system logs ds/ztunnel`.',
    ],
  },
  {
    name: 'MeshSlow',
    kind: 'ticket',
    meaning:
      'The proxies beside mesh-target take long to answer; in mode ambient podinfo of a hop, or the waypoint.',
    condition:
      'More than 5 % of the requests that come to mesh-target take over 100 ms over 10 min, for 10 min.',
    causes: ['mesh-target is slow', 'its proxy lacks CPU'],
    steps: [
      'Throttling of the container `istio-proxy`: `sum by (pod) (rate(container_cpu_cfs_throttled_periods_total{namespace="continuous-load-mesh",container="istio-proxy"}[5m]))`; `mesh.resources` gives it more.',
      'The same request without a mesh is the path `service`.',
    ],
  },
  {
    name: 'MeshTraffic',
    kind: 'ticket',
    meaning: 'mesh-target gets less than half or more than twice the requests that the probes should cause.',
    condition: 'Rate of what comes to it over 10 min outside 0.5…2 × the asked rate, for 10 min.',
    causes: [
      'probes are not sent, or do not arrive',
      'retries: each failed attempt is one more',
      'somebody else got the identity of source',
    ],
    steps: [
      'Too few: alerts ProbesShort and ProbesDropped say whether they are sent at all.',
      'Repeats: `sum by (path) (increase(masked_attempts_total{by=~"sidecar|waypoint"}[10m]))`.',
    ],
  },
  {
    name: 'MeshSaturated',
    kind: 'ticket',
    meaning: `In the mesh, ${callers} refuse requests, connections or repeats, because too many are under way.`,
    condition: 'One or more over what circuit breakers let through, in every 5 min, for 5 min.',
    causes: ['mesh-target answers so slowly that requests pile up', 'far more load than the probes are'],
    steps: [
      '`sum by (pod) (increase(envoy_cluster_upstream_rq_pending_overflow{job=~"mesh-source.*"}[5m]))`, and the same of `…upstream_cx_overflow` and `…upstream_rq_retry_overflow`.',
    ],
  },
  {
    name: 'MeshCertificateExpiring',
    kind: 'ticket',
    meaning:
      'A proxy of the mesh has not got a new certificate in time; when the old one ends, nobody talks to it.',
    condition:
      'Less than a quarter of a certificate’s life left, for 30 s; a new one is due after half of it.',
    causes: [
      'istiod, or whoever signs, is not reached from that pod',
      'istiod refuses the pod’s token',
      'the certificate of the mesh’s root itself ends',
    ],
    steps: [
      '`istio_agent_cert_expiry_seconds`: one pod points at its node, all at the control plane.',
      'The log of the container `istio-proxy`, words `sds` and `citadel`; the log of istiod.',
      'A new pod asks anew: `kubectl -n continuous-load-mesh rollout restart deploy/NAME`.',
    ],
  },
  {
    name: 'MeshRootExpiring',
    kind: 'ticket',
    meaning: 'The root certificate of istiod ends soon; with it every certificate of the mesh.',
    condition: 'Less than 30 days left, for 5 min.',
    causes: ['nobody renewed it: istiod’s own root lasts ten years'],
    steps: [
      'Secret `istio-ca-secret` in the namespace of istiod (continuous-load, or istio-system by charts): delete it and restart istiod, then every workload of the mesh; between the two, calls in the mesh fail.',
    ],
  },
  {
    name: 'MeshConfigRejected',
    kind: 'ticket',
    meaning: 'A proxy refuses what istiod tells it, or istiod fails to tell it: proxies keep what they had.',
    condition:
      'One or more within 15 min, for 1 min. A proxy refuses once and is silent until the next change, so the ticket ends after a quarter of an hour though the cause may stay.',
    causes: [
      'an EnvoyFilter or a VirtualService that Envoy does not take',
      'proxies of another version than istiod',
    ],
    steps: [
      '`increase({__name__=~"pilot_total_xds_(rejects|internal_errors)"}[1h])`.',
      'The log of istiod says which proxy refused what: `kubectl -n continuous-load logs deploy/istiod | grep -i -E "nack|rejected"`; by Istio’s charts it is in istio-system.',
    ],
  },
  {
    name: 'MeshConvergenceSlow',
    kind: 'ticket',
    meaning: 'Proxies learn late of changes: a pod that is gone is still called, a new one is not yet.',
    condition: 'More than 1 % of the changes take over 3 s to reach a proxy over 10 min, for 10 min.',
    causes: ['istiod lacks CPU', 'changes come faster than they can be told'],
    steps: [
      '`histogram_quantile(0.99, sum by (le) (rate(pilot_proxy_convergence_time_bucket[10m])))`.',
      'CPU of istiod: alert CpuThrottled. Number of pushes: `sum by (type) (rate(pilot_xds_pushes[5m]))`.',
    ],
  },
] as const satisfies readonly AlertEntry[];

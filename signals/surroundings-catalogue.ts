import type { AlertEntry } from './alert-catalogue';

const podsOf = 'kubectl -n continuous-load get po -o wide';

/** Alerts on what the paths run on and on what measures them: servers, pods, nodes, pushes, scrapes, rules, notifications. */
export const surroundingsCatalogue = [
  {
    name: 'ServerErrors',
    kind: 'ticket',
    meaning: 'source or target itself answers requests with errors.',
    condition: 'More than 1 % of the requests on podinfo’s echo route end in 5xx over 5 min, for 5 min.',
    causes: [
      'a release that fails',
      'a panic or an exhausted resource in some pods',
      'target gone, seen by source',
    ],
    steps: [
      '`sum by (job, pod, status) (increase(http_request_duration_seconds_count{path="api_echo"}[5m]))` tells one pod from all.',
      'Logs of that pod: `kubectl -n continuous-load logs POD`.',
      'Undo the last change: `kubectl -n continuous-load rollout undo deploy/NAME`.',
    ],
  },
  {
    name: 'ServerSlow',
    kind: 'ticket',
    meaning: 'source or target itself takes long to answer.',
    condition:
      'More than 5 % of the requests on podinfo’s echo route take over 0.1 s, over 10 min, for 10 min.',
    causes: ['CPU limits throttle the pod', 'a busy node', 'for source: target is slow'],
    steps: [
      'Is it both? If target is fast and source slow, look between them: name lookups, kube-proxy, the network.',
      `CPU of the pods and their nodes: \`${podsOf}\`, alert CpuThrottled.`,
    ],
  },
  {
    name: 'ServerTraffic',
    kind: 'ticket',
    meaning:
      'source or target gets less than half or more than twice the requests that the probes should cause.',
    condition:
      'Rate of requests on podinfo’s echo route over 10 min outside 0.5…2 × the asked rate, for 10 min.',
    causes: [
      'somebody else sends load to it',
      'probes are not sent, or do not arrive',
      'something between repeats requests',
    ],
    steps: [
      'Too few: alerts ProbesShort and ProbesDropped say whether they are sent at all.',
      'Too many: logs of the pods at level debug name the callers.',
    ],
  },
  {
    name: 'DnsServerErrors',
    kind: 'ticket',
    meaning: 'The cluster’s name service fails to answer queries, its own or forwarded ones.',
    condition: 'More than 5 % of CoreDNS’s answers are SERVFAIL over 5 min, for 5 min.',
    causes: ['the name servers that it forwards to', 'it does not reach the API server', 'a wrong Corefile'],
    steps: [
      '`sum by (server, zone, plugin, rcode) (increase(coredns_dns_responses_total[5m]))` tells forwarded names from the cluster’s.',
      '`kubectl -n kube-system logs -l k8s-app=kube-dns`.',
    ],
  },
  {
    name: 'DnsServerSlow',
    kind: 'ticket',
    meaning: 'The cluster’s name service takes long to answer.',
    condition: 'More than 5 % of CoreDNS’s queries take over 128 ms over 10 min, for 10 min.',
    causes: [
      'the name servers that it forwards to are slow',
      'CoreDNS lacks CPU',
      'lookups through many search domains',
    ],
    steps: [
      'Cluster names are fast and only forwarded ones slow? The latency of path `dns` tells.',
      'CPU of CoreDNS and the number of its queries: `sum(rate(coredns_dns_responses_total[5m]))`.',
    ],
  },
  {
    name: 'InjectorSaturated',
    kind: 'ticket',
    meaning: 'An injector is at its CPU or memory limit: what it measures may be its own lateness.',
    condition:
      'Throttled in more than 5 % of all 100 ms periods over 5 min, or over 90 % of its memory limit, for 5 min.',
    causes: [
      'rates or timeouts were raised without more CPU',
      'many VUs wait for a path that times out',
      'k6 grows over weeks',
    ],
    steps: [
      'Raise `injector.resources.limits`, or the number of injectors.',
      'Memory: restart the injectors one at a time, `kubectl -n continuous-load rollout restart deploy/injector`.',
    ],
  },
  {
    name: 'CpuThrottled',
    kind: 'ticket',
    meaning: 'A pod on the paths is held back by its CPU limit.',
    condition: 'Throttled in more than 10 % of all 100 ms periods over 10 min, for 10 min.',
    causes: [
      'more load than its limit is for',
      'a limit that is too low for bursts',
      'a loop in a new release',
    ],
    steps: ['Who sends the load: alert ServerTraffic.', 'Raise the CPU limit in the stack’s config.'],
  },
  {
    name: 'MemoryNearLimit',
    kind: 'ticket',
    meaning: 'A container is about to be killed for its memory.',
    condition:
      'Working set over 90 % of the limit for 10 min; Prometheus is left out, as what it maps counts and is given back.',
    causes: ['a leak', 'a limit that is too low'],
    steps: [
      'Its growth: `container_memory_working_set_bytes{pod="POD"}` over a day.',
      'Raise the limit in the stack’s config.',
    ],
  },
  {
    name: 'PodRestarting',
    kind: 'ticket',
    meaning: 'A container ends again and again, or was killed for its memory.',
    condition: 'More than 3 restarts in 15 min, or one in 10 min after an OOM kill.',
    causes: ['it crashes at start', 'its liveness probe fails', 'its memory limit'],
    steps: [
      '`kubectl -n NAMESPACE describe po POD` has the reason of the last end.',
      '`kubectl -n NAMESPACE logs POD --previous`.',
    ],
  },
  {
    name: 'ReplicasMissing',
    kind: 'ticket',
    meaning: 'A workload runs with fewer pods than it should; the next loss may be an outage.',
    condition:
      'Available below wanted replicas of a Deployment, StatefulSet or DaemonSet for 10 min; of a DaemonSet by more than there are nodes that are not ready.',
    causes: ['no node has room', 'the image cannot be pulled', 'pods do not become ready'],
    steps: ['`kubectl -n NAMESPACE get po` and the events of a pod that is not ready.'],
  },
  {
    name: 'NodeNotReady',
    kind: 'ticket',
    meaning:
      'A node that carries pods of ours is not ready. It mutes the tickets that follow from it, those on missing pods for 20 min.',
    condition: 'Condition Ready is not true for 2 min.',
    causes: ['the machine is off or cut off', 'its kubelet or container runtime has ended'],
    steps: [
      '`kubectl describe node NODE`.',
      'If it is gone for good: `kubectl delete node NODE`, so that its pods move.',
    ],
  },
  {
    name: 'NodeRecentlyNotReady',
    kind: 'none',
    meaning: 'A node that carries pods of ours went a short time ago; nobody is told.',
    condition:
      'As NodeNotReady, of a node that was ready within the last 20 min. It mutes the tickets on pods that are missing, until they should be back on other nodes: what is still missing then is told.',
    causes: ['see NodeNotReady'],
    steps: ['Nothing: it only keeps a lost node from being notified twice.'],
  },
  {
    name: 'ConntrackNearFull',
    kind: 'ticket',
    meaning: 'A node’s table of connections is nearly full; then new connections are dropped without a word.',
    condition:
      'Over 80 % of `nf_conntrack_max` for 5 min, by node_exporter’s figures. Without a node_exporter in namespace `monitoring` nobody knows, and nothing fires.',
    causes: [
      'a workload that opens very many connections, or queries a name server by UDP for each',
      'timeouts of the table that are too long for its size',
    ],
    steps: [
      "On the node: `conntrack -L | awk '{print $1, $5, $6}' | sort | uniq -c | sort -n | tail` names who holds them.",
      'Raise `net.netfilter.nf_conntrack_max` (kube-proxy: `conntrack.maxPerCore`), or shorten its timeouts.',
    ],
  },
  {
    name: 'Watchdog',
    kind: 'none',
    meaning:
      'Always fires. A dead man’s switch outside the cluster gets it every minute and speaks when it stops.',
    condition: 'Always.',
    causes: ['everything works'],
    steps: [
      'If the dead man’s switch has spoken: is the cluster there, is Prometheus there, is Alertmanager there, is the way out open? In this order.',
    ],
  },
  {
    name: 'InjectorSilent',
    kind: 'ticket',
    meaning: 'Fewer injectors report than there should be.',
    condition: 'Fewer injectors than asked counted a probe within the last minute, for 6 min.',
    causes: ['a pod is not scheduled or crashes', 'one node does not reach Prometheus (OTLP)'],
    steps: [
      `\`${podsOf} -l app.kubernetes.io/name=injector\`: a pod that is not running says why in its events.`,
      'All run: the log of the silent one tells of failed exports.',
    ],
  },
  {
    name: 'IngestFailing',
    kind: 'ticket',
    meaning: 'Prometheus refuses what the injectors push; counters catch up once it accepts again.',
    condition: 'More than 5 % of the OTLP requests answered with other than 2xx over 5 min, for 5 min.',
    causes: ['no room on its volume', 'samples too old or out of order', 'Prometheus is overloaded'],
    steps: [
      '`kubectl -n monitoring logs sts/prometheus-main -c prometheus`.',
      'The size of its volume against `monitoring.retentionSize`.',
    ],
  },
  {
    name: 'ScrapeTargetDown',
    kind: 'ticket',
    meaning: 'Something that should be scraped cannot be: its alerts are blind.',
    condition: '`up` is 0 for 10 min.',
    causes: [
      'the pod hangs or is not ready',
      'a network policy',
      'certificates or permissions (kubelet, cadvisor)',
    ],
    steps: ['The page `/targets` of Prometheus has the error.'],
  },
  {
    name: 'RuleEvaluationFailing',
    kind: 'ticket',
    meaning: 'Rules cannot be evaluated: alerts of that group may not come.',
    condition: 'Failures in every 10 min, for 10 min.',
    causes: ['two copies of a scraped series', 'a query over the limit of samples'],
    steps: ['The page `/rules` of Prometheus has the error.'],
  },
  {
    name: 'RulesLate',
    kind: 'ticket',
    meaning:
      'Prometheus, or the long-term store, cannot keep up with its rules: alerts and figures come late.',
    condition: 'More than 10 % of the evaluations missed over 10 min, for 10 min.',
    causes: ['Prometheus lacks CPU', 'a slow volume'],
    steps: [
      '`topk(5, prometheus_rule_group_last_duration_seconds)`.',
      'Raise `monitoring.resources.limits.cpu`.',
    ],
  },
  {
    name: 'ConfigReloadFailing',
    kind: 'ticket',
    meaning: 'Prometheus or Alertmanager runs with an old configuration because the new one is refused.',
    condition: 'The last reload failed, for 5 min.',
    causes: ['a rule or route made by hand that is wrong'],
    steps: [
      'The log of the pod names the line.',
      'Bring the objects back to what the program makes: `npm run refresh`, `npm run up`.',
    ],
  },
  {
    name: 'AlertmanagerUnreachable',
    kind: 'ticket',
    meaning:
      'Alerts do not get from Prometheus to Alertmanager. While none gets through, only the dead man’s switch can tell.',
    condition: 'No Alertmanager known, or more than 10 % of the alerts not sent over 5 min, for 5 min.',
    causes: ['Alertmanager is not running', 'the network between them'],
    steps: ['`kubectl -n monitoring get po -l app.kubernetes.io/name=alertmanager` and its log.'],
  },
  {
    name: 'NotificationsFailing',
    kind: 'ticket',
    meaning: 'A receiver cannot be told: pages are lost.',
    condition: 'More than one notification and more than 10 % failed over 15 min, for 5 min.',
    causes: ['a wrong or expired URL, key or password', 'the receiver is down', 'no way out of the cluster'],
    steps: [
      'The log of Alertmanager has the receiver and the answer.',
      'Set the secret anew: `pulumi config set --secret --path "continuous-load:monitoring.receivers[0].url"`, then `npm run up`.',
    ],
  },
  {
    name: 'LongTermStoreBehind',
    kind: 'ticket',
    meaning:
      'The counts do not reach the long-term store. Nothing is lost yet: they are cumulative, and the next that arrives says all.',
    condition:
      'The newest count that it took is older than 10 min, for 10 min, while there is something to send.',
    causes: [
      'the store is not running, or its volume is full',
      'the network between Prometheus and the store',
      'for a store of your own: its address, its credentials',
    ],
    steps: [
      'Is it there: `kubectl -n monitoring get po -l operator.prometheus.io/name=longterm` (a store of your own: ask it).',
      'The log of Prometheus has the answer of the store: `kubectl -n monitoring logs sts/prometheus-main -c prometheus`, component `remote`.',
      'Mend it within two hours if you can: Prometheus sends again what is in its write-ahead log. After that the time is missing in the coverage; the probes of injectors that live on are counted all the same.',
    ],
  },
  {
    name: 'LongTermStoreRefuses',
    kind: 'ticket',
    meaning: 'The long-term store answers that it will not take some samples; they are not sent again.',
    condition: 'A sample was refused for good within 15 min, for 5 min.',
    causes: [
      'for a store of your own: credentials, a limit of its tenants, too old samples',
      'a store that was restored from a backup and is ahead',
    ],
    steps: [
      'The log of Prometheus has the answer: `kubectl -n monitoring logs sts/prometheus-main -c prometheus`, component `remote`.',
      'Counts are cumulative: once it takes them again, only time is missing in the coverage.',
    ],
  },
] as const satisfies readonly AlertEntry[];

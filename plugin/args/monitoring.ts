// Made by `npx tsx plugin/docs.ts` from the schemas in settings/: change those, not this file.

import type { OtlpArgs, ResourcesArgs } from './shared';

/** Prometheus’ volume. */
export interface MonitoringStorageArgs {
  /** Prometheus’ volume, on a lab at most 10GB; a claim that exists keeps its size. Must be a size from 1GB to 20000GB with its unit (KB, MB, GB, TB; powers of 1024). Default 10GB. */
  size?: string;
  /** StorageClass of the volumes; not on a lab, which has one of its own. Must be the name of a StorageClass. Left out: the cluster’s default class. */
  class?: string;
}

/** How kubelets are scraped. */
export interface MonitoringKubeletArgs {
  /** Whether certificates of kubelets must be signed by the cluster’s authority. Must be true or false. Default true. */
  verifyTls?: boolean;
}

/** Slack, by an incoming webhook. */
export interface ReceiverSlackArgs {
  /** Address of the incoming webhook. Must be an absolute http:// or https:// URL without blanks and braces. */
  url: string;
  /** Channel that is written to. Must be the name of a channel or its id. Left out: that of the webhook. */
  channel?: string;
}

/** PagerDuty, by its Events API v2. */
export interface ReceiverPagerDutyArgs {
  /** Key of an Events API v2 integration. Must be the 32 letters and digits of an Events API v2 integration. */
  routingKey: string;
}

/** Mail. */
export interface ReceiverEmailArgs {
  /** Who gets the mail. Must be one mail address, without a name beside it. */
  to: string;
  /** Whom the mail is from. Must be one mail address, without a name beside it. */
  from: string;
  /** The mail server. Must be HOST:PORT of a mail server, an IPv6 address in brackets. */
  smarthost: string;
  /** User at the mail server, with a password. Must be a name without blanks. */
  username?: string;
  /** Password at the mail server, with a username. Must be a password. */
  password?: string;
  /** Whether mail goes by TLS or not at all. Must be true or false. Default true. */
  requireTls?: boolean;
}

/** One who is told of alerts. */
export interface ReceiverArgs {
  /** What the receiver is called, each differently. Must be a name of 1 to 40 lower-case letters, digits and dashes, but not nobody. */
  name: string;
  /** Webhook that takes Alertmanager’s JSON. Must be an absolute http:// or https:// URL without blanks and braces. */
  url?: string;
  /** What it is told; pages must go to one receiver at least. Must be one of page, ticket. Default ["page","ticket"]. */
  severities?: string[];
  /** It is told only of alerts of these owners, such as those of targets. Must be the name of a team, up to 63 letters, digits, blanks, dots and dashes. Left out: of everybody’s. */
  owners?: string[];
  /** Slack, by an incoming webhook. */
  slack?: ReceiverSlackArgs;
  /** PagerDuty, by its Events API v2. */
  pagerDuty?: ReceiverPagerDutyArgs;
  /** Mail. */
  email?: ReceiverEmailArgs;
  /** Address outside the cluster that hears once a minute that alerts work, and alarms when it does not. Must be an absolute http:// or https:// URL without blanks and braces. */
  deadManSwitch?: string;
}

/** Volume of the stack’s own store. */
export interface MonitoringLongTermStorageArgs {
  /** Its volume, of the class monitoring.storage.class; on a lab at most 10GB. Must be a size from 1GB to 2000GB with its unit (KB, MB, GB, TB; powers of 1024). Left out: 2GB. */
  size?: string;
}

/** A store of yours in place of the stack’s own. */
export interface MonitoringLongTermRemoteWriteArgs {
  /** Where your store takes remote writes. Must be an absolute http:// or https:// URL without a user, query or fragment. */
  url: string;
  /** Token that is sent to your store. Must be a token. */
  bearerToken?: string;
  /** User at your store, with a password, in place of a token. Must be a name without blanks and colons. */
  username?: string;
  /** Password at your store, with a username. Must be a password. */
  password?: string;
}

/** Counts that are kept for over a year. */
export interface MonitoringLongTermArgs {
  /** Whether counts outlive Prometheus’ own samples. Must be true or false. Default true. */
  enabled?: boolean;
  /** How long the stack’s own store keeps counts: longer than monitoring.retention. Must be a duration from 90d to 4000d with its unit (ms, s, m, h, d, w). Left out: 400d. */
  retention?: string;
  /** How much of its volume counts may take: at most nine tenths. Must be a size from 256MB to 1000GB with its unit (KB, MB, GB, TB; powers of 1024). Left out: 1GB. */
  retentionSize?: string;
  /** Volume of the stack’s own store. */
  storage?: MonitoringLongTermStorageArgs;
  /** A store of yours in place of the stack’s own. Left out: the stack’s own store. */
  remoteWrite?: MonitoringLongTermRemoteWriteArgs;
}

/** The chart kube-prometheus-stack. */
export interface MonitoringChartArgs {
  /** Release of the chart; another major one may call its values something else. Must be one version of the chart, three numbers. Default 88.5.3. */
  version?: string;
  /** The chart’s Grafana, which finds our dashboards by its sidecar. Must be true or false. Default true. */
  grafana?: boolean;
}

/** Makes an AlertmanagerConfig of our routes, receivers and inhibitions. */
export interface MonitoringAlertmanagerConfigArgs {
  /** Labels that alertmanagerConfigSelector asks for. Must be one label or more of Kubernetes, each a key and a text. Left out: none beside our own, for a selector that takes all. */
  labels?: Record<string, string>;
}

/** Takes the configuration of the managed Alertmanager over: our routes, and nobody else’s. */
export interface MonitoringManagedAlertmanagerArgs {
  /** Compresses what Google’s operator makes of all rules; 1 MiB is all there is. Must be true or false. Default true. */
  compress?: boolean;
}

/** What watches the stack: what is kept, how long, and who is told. */
export interface MonitoringArgs {
  /** What watches: who keeps Prometheus and Alertmanager. Must be one of own, kube-prometheus-stack, existing, gmp, none. Default own. */
  kind?: string;
  /** With own, kube-prometheus-stack: How long Prometheus keeps samples: at least the period. With existing: How long your Prometheus keeps samples: at least the period. With none: How long your store keeps samples, for the rules that npm run rules writes. Only with kind existing, kube-prometheus-stack, none, own. Must be a duration from 1d to 1100d with its unit (ms, s, m, h, d, w). Default 35d. */
  retention?: string;
  /** How much of its volume samples may take: at most nine tenths. Only with kind kube-prometheus-stack, own. Must be a size from 512MB to 10000GB with its unit (KB, MB, GB, TB; powers of 1024). Default 8GB. */
  retentionSize?: string;
  /** How often the surroundings are scraped; probes are pushed. Only with kind kube-prometheus-stack, own. Must be a duration from 5s to 2m with its unit (ms, s, m, h, d, w). Default 15s. */
  scrapeInterval?: string;
  /** Prometheus’ volume. Only with kind kube-prometheus-stack, own. */
  storage?: MonitoringStorageArgs;
  /** Replicas of Prometheus: one, since more would split pushed counters. Only with kind kube-prometheus-stack, own. Must be 1: pushed counters would be split over several Prometheus replicas behind one Service. Default 1. */
  prometheusReplicas?: number;
  /** Replicas of Alertmanager. Only with kind kube-prometheus-stack, own. Must be a whole number from 1 to 3. Default 1. */
  alertmanagerReplicas?: number;
  /** How kubelets are scraped. Only with kind kube-prometheus-stack, own. */
  kubelet?: MonitoringKubeletArgs;
  /** With own, kube-prometheus-stack: Who is told of alerts; [] says that nobody is. With existing: Who is told of alerts by the AlertmanagerConfig. With gmp: Who is told of alerts by the managed Alertmanager. Only with kind existing, gmp, kube-prometheus-stack, own. With own, kube-prometheus-stack: Left out: the lab’s own pager; elsewhere it must be written. With existing, gmp: Left out: nobody. */
  receivers?: ReceiverArgs[];
  /** Counts that are kept for over a year. Only with kind kube-prometheus-stack, own. */
  longTerm?: MonitoringLongTermArgs;
  /** What one pod is sure of, and what it may take. Only with kind kube-prometheus-stack, own. */
  resources?: ResourcesArgs;
  /** The chart kube-prometheus-stack. Only with kind kube-prometheus-stack. */
  chart?: MonitoringChartArgs;
  /** Namespace of rules, monitors, routes and dashboards; another than the default must be there. Only with kind existing. Must be the name of a namespace. Default continuous-load. */
  namespace?: string;
  /** The Service of your Prometheus, which is pushed to and asked by its address. Only with kind existing. Must be the Service of your Prometheus as NAMESPACE/NAME:PORT. */
  prometheus?: string;
  /** Replicas and shards of Prometheus behind that Service; more than one needs otlp. Only with kind existing. Must be a whole number from 1 to 20, replicas and shards of Prometheus behind that Service. Default 1. */
  replicas?: number;
  /** With existing: A receiver in place of Prometheus itself, such as a collector that writes to every replica. With gmp, none: Where k6 pushes to. Only with kind existing, gmp, none. Left out: Prometheus’ own receiver. */
  otlp?: OtlpArgs;
  /** Labels that ruleSelector asks for. Only with kind existing. Must be one label or more of Kubernetes, each a key and a text. Left out: none beside our own, for a selector that takes all. */
  ruleLabels?: Record<string, string>;
  /** Labels that podMonitorSelector asks for. Only with kind existing. Must be one label or more of Kubernetes, each a key and a text. Left out: none beside our own, for a selector that takes all. */
  monitorLabels?: Record<string, string>;
  /** Makes an AlertmanagerConfig of our routes, receivers and inhibitions. Only with kind existing. Left out: your Alertmanager routes by itself. */
  alertmanagerConfig?: MonitoringAlertmanagerConfigArgs;
  /** Namespace of Google’s collectors, which scrape; gke-gmp-system on Autopilot. Only with kind gmp. Must be the name of a namespace. Default gmp-system. */
  collectors?: string;
  /** Takes the configuration of the managed Alertmanager over: our routes, and nobody else’s. Only with kind gmp. Left out: your Alertmanager routes by itself. */
  managedAlertmanager?: MonitoringManagedAlertmanagerArgs;
  /** Answers queries inside the cluster; needed where chaos is on, which asks before a kill. Only with kind none. Must be http://HOST:PORT of something in the cluster that answers queries as Prometheus does, without credentials. Left out: nothing can be asked. */
  prometheusUrl?: string;
}

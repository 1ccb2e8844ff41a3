// Made by `npx tsx plugin/docs.ts` from the schemas in settings/: change those, not this file.

import type { LatencyArgs } from './shared';

/** A URL that must answer. */
export interface TargetHttpArgs {
  /** What is asked for; it is no secret place, as scripts and alerts show it. Must be a whole http:// or https:// URL without blanks and fragment. */
  url: string;
  /** Method of the request; it must change nothing. Must be one of GET, HEAD, POST. Default GET. */
  method?: string;
  /** Headers of the request, such as Authorization; kept in a Secret. Must be names of headers, each with its value on one line. Left out: none. */
  headers?: Record<string, string>;
  /** What a POST sends; kept in a Secret. Must be text, of 1 to 4096 characters. Left out: nothing. */
  body?: string;
  /** Statuses that are right. Must be a whole number from 100 to 599. Left out: 200 to 299. */
  status?: number[];
  /** Text that a right answer contains. Must be text, of 1 to 4096 characters. Left out: any. */
  bodyContains?: string;
  /** Redirects that are followed at most; without any, 3xx is a wrong status. Must be a whole number from 0 to 10. Default 0. */
  redirects?: number;
}

/** A name that must be answered. */
export interface TargetDnsArgs {
  /** Full name that is looked up; no search domain is added. Must be a domain name. */
  name: string;
  /** Type of the records. Must be one of A, AAAA, CNAME, MX, NS, PTR, SRV, TXT. Default A. */
  type?: string;
  /** Records that must be among those of the answer. Must be data of a record as zone files have it, of 1 to 4096 characters. Left out: any. */
  values?: string[];
  /** Whether right is that there is no such name. Must be true or false. Default false. */
  absent?: boolean;
  /** How the query travels. Must be one of udp, tcp. Default udp. */
  transport?: string;
  /** Name server that is asked. Must be an IP address, with a port where that is not 53. Left out: the resolver of the pods, so the cluster’s. */
  server?: string;
}

/** A TCP port that must take a connection. */
export interface TargetTcpArgs {
  /** What is connected to. Must be HOST:PORT, an IPv6 address in brackets. */
  address: string;
  /** Text that is sent. Must be text, of 1 to 4096 characters. Left out: nothing. */
  send?: string;
  /** Text that must be said. Must be text, of 1 to 4096 characters. Left out: a connection is enough. */
  contains?: string;
}

/** A URL, a DNS name or a TCP port of your own. */
export interface TargetArgs {
  /** Name of the path, each differently and unlike the product’s own. Must be a name of 2 to 40 lower-case letters, digits and dashes that begins with a letter. */
  name: string;
  /** A URL that must answer. */
  http?: TargetHttpArgs;
  /** A name that must be answered. */
  dns?: TargetDnsArgs;
  /** A TCP port that must take a connection. */
  tcp?: TargetTcpArgs;
  /** Label owner of its alerts. Must be the name of a team, up to 63 letters, digits, blanks, dots and dashes. Left out: as alerts.owner. */
  owner?: string;
  /** Load on the path; injectors share it. Must be a number from 0.1 to 50, probes per second in total over all injectors. Default 1. */
  rate?: number;
  /** When a probe without an answer has failed; longer than the latency bound. Must be a duration from 50ms to 1m with its unit (ms, s, m, h, d, w). Default 2s. */
  timeout?: string;
  /** Objective: the share of probes that must be answered right; in effect 93.2 at least. Must be a number from 50 to less than 100, percent of probes answered right. Default 99.9. */
  availability?: number;
  /** Objective of the latency. */
  latency?: LatencyArgs;
}

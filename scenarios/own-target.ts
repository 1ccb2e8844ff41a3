/** Types of what is asked of a target of one's own: plain data in `config.json`. */

/** A request over HTTP or HTTPS; what of it is secret lies in another file, see {@link SecretRequests}. */
export interface HttpProbe {
  kind: 'http';
  method: 'GET' | 'HEAD' | 'POST';
  /** Statuses that are right; empty for 200 to 299. */
  status: number[];
  /** Text that a right answer contains; empty for any. */
  bodyContains: string;
  /** Redirects that are followed at most. */
  redirects: number;
}

/** One DNS query. */
export interface DnsProbe {
  kind: 'dns';
  type: string;
  /** Records that must be among those of the answer; empty for any. */
  values: string[];
  /** The name must not exist. */
  absent: boolean;
  transport: 'udp' | 'tcp';
  /** `HOST:PORT`; empty for the resolver of the pod. */
  server: string;
}

/** A TCP connection. */
export interface TcpProbe {
  kind: 'tcp';
  /** Text that is sent; empty for nothing. */
  send: string;
  /** Text that must be said; empty where a connection alone is right. */
  contains: string;
}

/** What is asked of one target. */
export type OwnProbe = HttpProbe | DnsProbe | TcpProbe;

/** Headers and bodies of requests by path: the file that env `TARGET_REQUESTS` names, from a Secret. */
export type SecretRequests = Record<string, { headers: Record<string, string>; body: string | null }>;

/** Whether a status is one of those that a target may answer with. */
export function isRightStatus(status: number, wanted: readonly number[]): boolean {
  return wanted.length === 0 ? status >= 200 && status < 300 : wanted.includes(status);
}

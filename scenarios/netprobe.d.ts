/** The k6 extension of `extension/`: probes that k6 itself has no protocol for, timed in Go with µs resolution. */
declare module 'k6/x/netprobe' {
  /** What came of one probe; never thrown, only wrong arguments are. */
  export interface Result {
    /** '' when the answer was right, else one of the reasons of the path. */
    reason: string;
    /** From the start of the probe to the answer, name lookup and connection included, in ms with µs resolution. */
    durationMs: number;
    /** How late this process was while the probe waited: its longest stall, or half of all together, whichever is more, in ms. */
    lagMs: number;
    /** For the log: what the system said. */
    detail: string;
    /** `udp` on a kept socket: answers to earlier, given-up probes that arrived since; 0 else. */
    late: number;
  }

  /** One query to the resolver of /etc/resolv.conf, or to `server` (`HOST:PORT`). */
  export function dns(query: {
    name: string;
    transport: string;
    /** `addresses`: at least one A record; `records`: at least one of `type`, and all of `values`; `absent`: NXDOMAIN. */
    expect: string;
    /** `A`, `AAAA`, `CNAME`, `MX`, `NS`, `PTR`, `SRV` or `TXT`; with `records` only. */
    type?: string;
    /** Data of records as zone files have it; with `records` only. */
    values?: string[];
    /** Walk the search path of resolv.conf as a libc resolver does; the name has no trailing dot. */
    search: boolean;
    timeoutMs: number;
    server?: string;
  }): Result;

  /** Sends `payload` over TCP and wants it back. `kept`: on the connection of this VU, made when there is none. */
  export function tcp(probe: { address: string; payload: string; kept: boolean; timeoutMs: number }): Result;

  /** Makes a TCP connection; sends `send` and waits for `contains` unless they are empty. */
  export function connect(probe: {
    address: string;
    send?: string;
    contains?: string;
    timeoutMs: number;
  }): Result;

  /** Sends `payload` as one datagram and wants it back. `kept`: on the socket of this VU. */
  export function udp(probe: { address: string; payload: string; kept: boolean; timeoutMs: number }): Result;

  /**
   * How often k6's HTTP client of this VU repeated a request by itself since the last call; the first call begins to count. Throws in the
   * init context.
   */
  export function httpRepeats(): number;

  /** Watches how late the whole process is, also while this VU is blocked; `stop` tells it in ms and must be called once at least. */
  export function watchLag(): { stop(): number };

  /** Content of the token file of the pod's service account, read again when it is older than 10 s. Throws when there is none. */
  export function token(): string;
}

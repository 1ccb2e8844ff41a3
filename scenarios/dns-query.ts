import type { ProbeConfig } from './config.ts';

/** What the extension is asked to look up, without the timeout. */
export interface DnsQuery {
  name: string;
  transport: string;
  expect: 'addresses' | 'absent';
  search: boolean;
}

/** The query of a probe of the path `dns`: what it calls says what must come back, its connection how it travels. */
export function dnsQuery({ address, conn, calls }: ProbeConfig): DnsQuery {
  return {
    name: address,
    transport: conn,
    expect: calls === 'dnsAbsent' ? 'absent' : 'addresses',
    search: calls === 'dnsSearch',
  };
}

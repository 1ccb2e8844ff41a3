import { probeApiServer } from './api-server.ts';
import { probeDns } from './dns.ts';
import type { Prober } from './injector.ts';
import { probeTcp } from './tcp.ts';
import { probeUdp } from './udp.ts';

/** One line per path that needs k6 with the extension. */
export const extendedProbers: Readonly<Record<string, Prober>> = {
  dns: { probe: probeDns },
  tcp: { probe: probeTcp },
  udp: { probe: probeUdp },
  'api-server': { probe: probeApiServer },
};

import { probeApiServer } from './api-server.ts';
import { probeDns } from './dns.ts';
import { ownProber, type Prober } from './injector.ts';
import { probeOwnDns, probeOwnTcp } from './own-extended.ts';
import { probeTcp } from './tcp.ts';
import { probeUdp } from './udp.ts';

/** One line per path that needs k6 with the extension; those of targets of one's own by their kind. */
export const extendedProbers: Readonly<Record<string, Prober>> = {
  dns: { probe: probeDns },
  tcp: { probe: probeTcp },
  udp: { probe: probeUdp },
  'api-server': { probe: probeApiServer },
  [ownProber('dns')]: { probe: probeOwnDns },
  [ownProber('tcp')]: { probe: probeOwnTcp },
};

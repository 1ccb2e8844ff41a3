import { probePlaintext, probeStranger } from './authz.ts';
import { holdGrpcStream, prepareGrpcStream } from './grpc-stream.ts';
import { prepareGrpc, probeGrpc } from './grpc.ts';
import { ownProber, type Prober } from './injector.ts';
import { probeOwnHttp } from './own-http.ts';
import { probeService } from './service.ts';
import { holdWebSocket } from './websocket.ts';

/** One line per path that k6 as it is released can probe; those of targets of one's own by their kind. */
export const stockProbers: Readonly<Record<string, Prober>> = {
  service: { probe: probeService },
  ingress: { probe: probeService },
  'ingress-external': { probe: probeService },
  mesh: { probe: probeService },
  'mesh-retry': { probe: probeService },
  'mesh-mtls': { probe: probePlaintext },
  'mesh-authz': { probe: probeStranger },
  grpc: { prepare: prepareGrpc, probe: probeGrpc },
  'grpc-stream': { prepare: prepareGrpcStream, probe: holdGrpcStream },
  websocket: { probe: holdWebSocket },
  [ownProber('http')]: { probe: probeOwnHttp },
};

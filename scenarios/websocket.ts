import { setTimeout } from 'k6/timers';
import { WebSocket } from 'k6/websockets';
import type { PathConfig, ProbeConfig } from './config.ts';
import { reasonOfOpening } from './reasons.ts';
import { holdStream, type StreamEvents, type Transport } from './stream.ts';

/** Close codes of an end in good order: normal closure and going away (RFC 6455 §7.4.1). */
const orderly: readonly (number | undefined)[] = [1000, 1001];

/** Holds the socket of the path `websocket` for ever. */
export function holdWebSocket(path: PathConfig, probe: ProbeConfig): void {
  holdStream(path, probe, openWebSocket);
}

function openWebSocket(address: string, _timeoutMs: number, events: StreamEvents): Transport {
  const socket = new WebSocket(address);
  let open = false;
  let over = false;
  let error = '';
  socket.addEventListener('open', () => {
    // Given up while it was on its way: k6 has no way to cancel, and `close` before it is open blocks the VU.
    if (over) {
      socket.close();
      return;
    }
    open = true;
    events.opened();
  });
  socket.addEventListener('message', (event) => {
    if (over) return;
    const { number, nonce } = parse((event as { data: unknown }).data);
    events.answered(number, nonce);
  });
  socket.addEventListener('error', (event) => {
    error = (event as { error?: string }).error ?? '';
  });
  socket.addEventListener('close', (event) => {
    if (over) return;
    over = true;
    const { code } = event as { code?: number };
    const closed = orderly.includes(code) ? 'closed' : 'reset';
    // k6 closes the socket when it is stopped itself: no timer runs then.
    setTimeout(
      () => events.ended(open ? closed : reasonOfOpening(error), `code ${code ?? 'none'} ${error}`),
      0,
    );
  });
  return {
    send(number, nonce) {
      if (!open || over) return false;
      socket.send(JSON.stringify({ number, nonce }));
      return true;
    },
    close() {
      if (over) return;
      over = true;
      if (open) socket.close();
    },
  };
}

/** A text that is no message of ours becomes a number that nobody sent. */
function parse(data: unknown): { number: number; nonce: string } {
  try {
    const { number, nonce } = JSON.parse(String(data)) as { number?: unknown; nonce?: unknown };
    return { number: Number(number), nonce: String(nonce) };
  } catch {
    return { number: -1, nonce: '' };
  }
}

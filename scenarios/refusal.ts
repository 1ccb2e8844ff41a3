import { judgeEcho } from './echo.ts';
import { reasonOfGatewayStatus } from './gateway.ts';
import { reasonOfText } from './reasons.ts';

/** What came of a call that must be refused behind the callee. */
export interface RefusalVerdict {
  /** '' when it was refused, else why not, or why nobody can tell. */
  reason: string;
  /** True when what the callee called is to blame. */
  behind: boolean;
}

/** Go puts method and URL before what happened until the head of an answer was read, and not before what happened later. */
const beforeAnswer = /^Post "[^"]*": (.*)$/s;
/** Bytes that are no HTTP: somebody answered, but in which words. */
const noHttp = /malformed|unexpected EOF/i;

/**
 * Judges what a plaintext request to a pod of a strict mesh ended in: k6's error, or undefined for an answer of whatever status. Gives ''
 * for a refusal, else the reason. Only a connection that was taken and then cut, with no byte of an answer, is a refusal: Envoy looks at the first bytes, finds no TLS and has no
 * listener for them. Where nobody listens a kernel refuses the connection itself, which says nothing about who would be let in.
 */
export function judgePlaintext(error: string | undefined): string {
  if (error === undefined) return 'admitted';
  const cause = beforeAnswer.exec(error)?.[1];
  if (cause === undefined) return 'admitted';
  if (noHttp.test(cause)) return 'body';
  const reason = reasonOfText(cause);
  return reason === 'reset' ? '' : reason || 'connect';
}

/** Status with which Envoy answers whom its policy does not name. */
const forbidden = 403;

/**
 * Judges the 200 of a podinfo that had to be refused by what it called: only a 403 from there is a refusal. podinfo itself never says 403,
 * nor does the proxy beside it, which asks nobody who they are.
 */
export function judgeStranger(body: string | null, sent: string): RefusalVerdict {
  const { reason, behind, status } = judgeEcho(body, sent, true);
  if (status === forbidden) return { reason: '', behind: false };
  if (status !== undefined) return { reason: reasonOfGatewayStatus(status, false), behind };
  return reason === '' ? { reason: 'admitted', behind: true } : { reason, behind };
}

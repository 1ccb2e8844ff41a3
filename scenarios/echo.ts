import { reasonOfText } from './reasons.ts';

/** What an echo's answer says: '' and '' when the sent text came back, else why not and after how many further hops. */
export interface EchoVerdict {
  reason: string;
  /** True when the callee answered but what it called did not. */
  behind: boolean;
  /** The status that the callee got from behind, where it was not a good one. */
  status?: number;
}

const good: EchoVerdict = { reason: '', behind: false };

/**
 * podinfo's words for a failed backend call, which it answers with status 200 (pkg/api/http/echo.go). Go puts method and URL before
 * the cause; they are left out, else a host's name could look like a reason.
 */
const callFailed = /^backend \S+ call failed (?:\w+ "[^"]*": )?(.*)$/s;
const badStatus = /^backend \S+ response status code (\d+)$/;

/**
 * Judges the body of podinfo's `/api/echo`. Without a backend it is the sent text itself; with one it is a JSON array with one
 * element per backend: the backend's body, or a text that says why there is none.
 */
export function judgeEcho(body: string | null, sent: string, hasBackend: boolean): EchoVerdict {
  if (body === null || body === '') return { reason: 'body', behind: false };
  if (!hasBackend) return body === sent ? good : { reason: 'body', behind: false };
  let answers: unknown;
  try {
    answers = JSON.parse(body);
  } catch {
    return { reason: 'body', behind: false };
  }
  if (!Array.isArray(answers) || answers.length === 0) return { reason: 'body', behind: false };
  for (const answer of answers as unknown[]) {
    const verdict = judgeElement(answer, sent);
    if (verdict.reason !== '') return verdict;
  }
  return good;
}

function judgeElement(answer: unknown, sent: string): EchoVerdict {
  if (typeof answer !== 'string') return { reason: 'body', behind: false };
  if (answer === sent) return good;
  const status = badStatus.exec(answer);
  if (status) return { reason: 'status', behind: true, status: Number(status[1]) };
  const failed = callFailed.exec(answer);
  if (failed) return { reason: reasonOfText(failed[1] ?? '') || 'connect', behind: true };
  // Something that answers 200 with another text stands where the backend should be.
  return { reason: 'body', behind: true };
}

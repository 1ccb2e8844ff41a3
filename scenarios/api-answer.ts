/** Whether the API server's answer is the right one for what was called (a key of `signals/targets.ts`). */
export function isApiAnswer(calls: string, body: string | null): boolean {
  if (body === null) return false;
  if (calls === 'apiReadyz') return body.trim() === 'ok';
  try {
    return (JSON.parse(body) as { kind?: unknown } | null)?.kind === 'ServiceList';
  } catch {
    return false;
  }
}

import { type Properties } from '../values';
import { digObjects, digText } from './object';

/** One reason of a refused request, with the field it is about. */
export interface Cause {
  readonly field: string;
  readonly message: string;
}

/** An answer of the API server that is no success; the message names each wrong field on a line of its own. */
export class ApiError extends Error {
  readonly reason: string;
  readonly causes: readonly Cause[];

  constructor(
    readonly code: number,
    status: Properties,
  ) {
    const causes = digObjects(status, 'details', 'causes').map((cause) => ({
      field: digText(cause, 'field') ?? '',
      message: digText(cause, 'message') ?? '',
    }));
    super(readable(digText(status, 'message') ?? `HTTP ${code}`, causes));
    this.name = 'ApiError';
    this.reason = digText(status, 'reason') ?? '';
    this.causes = causes;
  }
}

function readable(message: string, causes: readonly Cause[]): string {
  if (causes.length < 2) return message;
  // The server joins all causes in one long bracket; keep its head, and give each cause a line.
  const head = message.replace(/:?\s*\[.*\]$/s, '').replace(/:\s.*$/s, '');
  return [head, ...causes.map(({ field, message: text }) => `  ${field}: ${text}`)].join('\n');
}

/** Whether an error says that the object, its namespace or its kind is not there. */
export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.code === 404;
}

/** Whether an error came from the network or the credentials, not from the API server. */
export function isUnreachable(error: unknown): boolean {
  return !(error instanceof ApiError);
}

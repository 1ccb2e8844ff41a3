import { leaf } from './fields';

/** A name of RFC 9110 §5.1; a value that is one line. */
const headerName = /^[\w!#$%&'*+.^`|~-]+$/;
const headerValue = /^[^\r\n]*\S[^\r\n]*$/;

/** Headers of a request by name; never repeated, as some carry credentials. */
export function headersField() {
  return leaf({
    type: 'map of headers',
    written: { type: 'object' },
    allowed: 'names of headers, each with its value on one line',
    mend: 'set each with: pulumi config set --secret --path',
    hidden: true,
    parse: headers,
  });
}

function headers(raw: unknown): Readonly<Record<string, string>> | undefined {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return undefined;
  const entries = Object.entries(raw as Record<string, unknown>);
  const right = entries.every(
    ([name, value]) => headerName.test(name) && typeof value === 'string' && headerValue.test(value),
  );
  return right && entries.length > 0 ? (Object.fromEntries(entries) as Record<string, string>) : undefined;
}

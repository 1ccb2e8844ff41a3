import { at, fields, isMissing, list, text } from './data';

/** Whether a label selector of Kubernetes selects labels; an empty one selects all, one that is missing none, as it is with most kinds. */
export function selects(selector: unknown, labels: Readonly<Record<string, string>>): boolean {
  if (isMissing(selector) || typeof selector !== 'object') return false;
  const equal = fields(at(selector, 'matchLabels')).every(([key, value]) => labels[key] === value);
  return equal && list(at(selector, 'matchExpressions')).every((expression) => meets(expression, labels));
}

function meets(expression: unknown, labels: Readonly<Record<string, string>>): boolean {
  const key = text(at(expression, 'key')) ?? '';
  const value = labels[key];
  const isListed = value !== undefined && list(at(expression, 'values')).includes(value);
  switch (text(at(expression, 'operator'))) {
    case 'In':
      return isListed;
    case 'NotIn':
      return !isListed;
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return false;
  }
}

/** Whether the plain map of a Service's `spec.selector` selects labels; an empty one selects nothing. */
export function selectsPlainly(selector: unknown, labels: Readonly<Record<string, string>>): boolean {
  const wanted = fields(selector);
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
}

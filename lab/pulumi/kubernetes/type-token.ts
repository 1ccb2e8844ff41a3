/** What a type token such as `kubernetes:apps/v1:DeploymentPatch` stands for. */
export interface KindToken {
  readonly apiVersion: string;
  readonly kind: string;
}

/** Kind and API version of a type token; the token of a Patch class gives the kind it patches. */
export function kindOfToken(type: string): KindToken {
  const [, module = '', name = ''] = type.split(':');
  return {
    apiVersion: module.replace(/^core\//, '').replace(/^apiextensions\//, 'apiextensions.k8s.io/'),
    kind: isPatchToken(type) ? name.replace(/Patch$/, '') : name,
  };
}

/** Whether a type token is a Patch class: a few fields of an object that somebody else owns. */
export function isPatchToken(type: string): boolean {
  return /:\w+Patch$/.test(type);
}

/** Why a type cannot be served by the stand-in; undefined when it can. */
export function refusal(type: string, hasItems: boolean): string | undefined {
  const [, module = '', name = ''] = type.split(':');
  if (/^(helm(\.sh)?|yaml|kustomize)(\/|$)/.test(module)) {
    return `${type} needs the official kubernetes plugin; the lab's own provider serves plain objects and custom resources only`;
  }
  if (name.endsWith('List') && hasItems) {
    return `${type} is a list: the API server stores no lists. Declare its items as resources of their own`;
  }
  return undefined;
}

import * as pulumi from '@pulumi/pulumi';

/**
 * Alias of a child that a component of this name and type, inside `parent`, once had: without it an upgrade would delete what it has just
 * adopted.
 */
export function formerly(name: string, type: string, parent?: pulumi.Resource): pulumi.Alias {
  return { parent: pulumi.createUrn(name, `continuous-load:index:${type}`, parent) };
}

/** https://github.com/distribution/reference/blob/main/regexp.go: a registry with its port, or none; the path; a tag, a digest, or both. */
const registry = String.raw`(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9A-Fa-f:]+\])(?::\d{1,5})?`;
const part = String.raw`[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*`;
const tag = String.raw`:\w[\w.-]{0,127}`;
const digest = '@sha256:[0-9a-f]{64}';

/** A reference of an image that says which one: with a tag or a digest. */
export const imageReference = new RegExp(
  `^(?:${registry}/)?${part}(?:/${part})*(?:${tag}(?:${digest})?|${digest})$`,
);

/**
 * A name of an object that may have dots: a DNS subdomain
 * (https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names).
 */
const subdomain = String.raw`[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*`;

/** A DNS label, without anchors: what namespaces and Services are called. */
export const dnsLabel = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';

/** Name of a namespace or a Service. */
export const labelName = new RegExp(`^${dnsLabel}$`);

/** Names of most objects, such as a StorageClass. */
export const objectName = new RegExp(`^(?=.{1,253}$)${subdomain}$`);

/** A key of a label: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
export const labelKey = new RegExp(
  `^((?=[^/]{1,253}/)${subdomain}/)?[A-Za-z0-9]([\\w.-]{0,61}[A-Za-z0-9])?$`,
);

/** A value of a label. */
export const labelValue = /^([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?$/;

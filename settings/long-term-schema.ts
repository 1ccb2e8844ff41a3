import { z } from 'zod';
import { dayMs, formatDuration, formatSize } from './units';
import { duration, flag, leaf, size, text } from './fields';

const megabyte = 2 ** 20;
const gigabyte = 2 ** 30;
/** Defaults of the stack's own store; kept apart from the schema, so that a store of the user's beside them can be refused. */
export const ownStoreDefaults = {
  retention: 400 * dayMs,
  retentionSize: gigabyte,
  storageSize: 2 * gigabyte,
} as const;

const setSecret = 'set it with: pulumi config set --secret --path';
const credential = (allowed: string) =>
  text({ pattern: /^\S.*$/s, allowed, mend: setSecret, hidden: true }).optional();

const remoteWriteSchema = z
  .strictObject({
    url: leaf({
      allowed: 'an absolute http:// or https:// URL without a user, query or fragment',
      mend: 'write for example https://mimir.example.org/api/v1/push; credentials have keys of their own',
      hidden: true,
      type: 'URL',
      written: { type: 'string', pattern: '^[A-Za-z]+:' },
      parse: storeUrl,
    }).describe('Where your store takes remote writes.'),
    bearerToken: credential('a token').describe('Token that is sent to your store.'),
    username: text({
      pattern: /^[^\s:]+$/,
      allowed: 'a name without blanks and colons',
      mend: 'leave it out where the store asks for none',
    })
      .optional()
      .describe('User at your store, with a password, in place of a token.'),
    password: credential('a password').describe('Password at your store, with a username.'),
  })
  .superRefine(({ bearerToken, username, password }, context) => {
    const refuse = (path: string, message: string, mend: string) =>
      context.addIssue({ code: 'custom', path: [path], message, params: { mend, hidden: true } });
    if ((username === undefined) !== (password === undefined))
      refuse(
        username === undefined ? 'username' : 'password',
        'there, as the other of username and password is',
        username === undefined ? 'write it, or leave the password out' : setSecret,
      );
    if (bearerToken !== undefined && username !== undefined)
      refuse('bearerToken', 'absent, as there is a username already', 'keep the one that the store asks for');
  });

/** Counts that outlive Prometheus: kept by a second, small one of the stack, or sent to a store of the user's. */
export const longTermSchema = z
  .strictObject({
    enabled: flag('false keeps nothing beyond monitoring.retention')
      .prefault(true)
      .describe('Whether counts outlive Prometheus’ own samples.'),
    retention: duration({ min: 90 * dayMs, max: 4000 * dayMs, mend: 'write for example 400d' })
      .optional()
      .meta({
        description: 'How long the stack’s own store keeps counts: longer than monitoring.retention.',
        leftOut: formatDuration(ownStoreDefaults.retention),
      }),
    retentionSize: size({
      min: 256 * megabyte,
      max: 1000 * gigabyte,
      mend: 'write for example 1GB',
    })
      .optional()
      .meta({
        description: 'How much of its volume counts may take: at most nine tenths.',
        leftOut: formatSize(ownStoreDefaults.retentionSize),
      }),
    storage: z
      .strictObject({
        size: size({ min: gigabyte, max: 2000 * gigabyte, mend: 'write for example 2GB' })
          .optional()
          .meta({
            description: 'Its volume, of the class monitoring.storage.class; on a lab at most 10GB.',
            leftOut: formatSize(ownStoreDefaults.storageSize),
          }),
      })
      .prefault({})
      .describe('Volume of the stack’s own store.'),
    remoteWrite: remoteWriteSchema.optional().meta({
      description: 'A store of yours in place of the stack’s own.',
      leftOut: 'the stack’s own store',
    }),
  })
  .prefault({})
  .describe('Counts that are kept for over a year.');

/** The stack's own store with its defaults: retention in ms, sizes in bytes. */
export function ownStore({ retention, retentionSize, storage }: z.output<typeof longTermSchema>) {
  return {
    retention: retention ?? ownStoreDefaults.retention,
    retentionSize: retentionSize ?? ownStoreDefaults.retentionSize,
    storageSize: storage.size ?? ownStoreDefaults.storageSize,
  };
}

function storeUrl(raw: unknown): string | undefined {
  if (typeof raw !== 'string' || !URL.canParse(raw)) return undefined;
  const { protocol, hostname, username, password, search, hash } = new URL(raw);
  const isWeb = protocol === 'http:' || protocol === 'https:';
  return isWeb && hostname !== '' && `${username}${password}${search}${hash}` === '' ? raw : undefined;
}

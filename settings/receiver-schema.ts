import { z } from 'zod';
import { receiverKinds } from '../signals/receivers';
import { parseHostAndPort } from './address';
import { choice, flag, leaf, text, webUrl } from './fields';
import { ownerName } from './owner-field';

const setSecret = 'set it with: pulumi config set --secret --path';
const address = (mend: string) =>
  text({
    // Alertmanager takes braces for a template, and would fail only when it sends.
    pattern: /^[^\s@<>{},;]+@[^\s@<>{},;]+$/,
    allowed: 'one mail address, without a name beside it',
    mend,
  });

const slackSchema = z.strictObject({
  url: webUrl(setSecret).describe('Address of the incoming webhook.'),
  channel: text({
    pattern: /^[#@]?[\w.-]{1,80}$/,
    allowed: 'the name of a channel or its id',
    mend: 'write for example #on-call in quotes, or leave it out for the channel of the webhook',
  })
    .optional()
    .meta({ description: 'Channel that is written to.', leftOut: 'that of the webhook' }),
});

const pagerDutySchema = z.strictObject({
  routingKey: text({
    pattern: /^[A-Za-z0-9]{32}$/,
    allowed: 'the 32 letters and digits of an Events API v2 integration',
    mend: setSecret,
    hidden: true,
  }).describe('Key of an Events API v2 integration.'),
});

const emailSchema = z.strictObject({
  to: address('write for example on-call@example.org').describe('Who gets the mail.'),
  from: address('write for example alerts@example.org').describe('Whom the mail is from.'),
  smarthost: leaf({
    written: { type: 'string' },
    allowed: 'HOST:PORT of a mail server, an IPv6 address in brackets',
    mend: 'write for example smtp.example.org:587',
    parse: (raw) => (typeof raw === 'string' && parseHostAndPort(raw) ? raw : undefined),
  }).describe('The mail server.'),
  username: text({
    pattern: /^\S+$/,
    allowed: 'a name without blanks',
    mend: 'leave it out where the server asks for none',
  })
    .optional()
    .describe('User at the mail server, with a password.'),
  password: text({ pattern: /^.+$/s, allowed: 'a password', mend: setSecret, hidden: true })
    .optional()
    .describe('Password at the mail server, with a username.'),
  requireTls: flag('false only where the mail server is on a network that you trust')
    .prefault(true)
    .describe('Whether mail goes by TLS or not at all.'),
});

/** One receiver of notifications: exactly one of `url`, `slack`, `pagerDuty`, `email` and `deadManSwitch` says how it is told. */
export const receiverSchema = z
  .strictObject({
    name: text({
      pattern: /^(?!nobody$)[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/,
      allowed: 'a name of 1 to 40 lower-case letters, digits and dashes, but not nobody',
      mend: 'name the receiver after who reads it, for example on-call',
    }).describe('What the receiver is called, each differently.'),
    url: webUrl(setSecret).optional().describe('Webhook that takes Alertmanager’s JSON.'),
    severities: z
      .array(choice(['page', 'ticket'], 'list page, ticket or both'))
      .min(1, { error: 'a list with page, ticket or both' })
      .prefault(['page', 'ticket'])
      .describe('What it is told; pages must go to one receiver at least.'),
    owners: z.array(ownerName).min(1, { error: 'a list of owners' }).optional().meta({
      description: 'It is told only of alerts of these owners, such as those of targets.',
      leftOut: 'of everybody’s',
    }),
    slack: slackSchema.optional().describe('Slack, by an incoming webhook.'),
    pagerDuty: pagerDutySchema.optional().describe('PagerDuty, by its Events API v2.'),
    email: emailSchema.optional().describe('Mail.'),
    deadManSwitch: webUrl(setSecret)
      .optional()
      .describe(
        'Address outside the cluster that hears once a minute that alerts work, and alarms when it does not.',
      ),
  })
  .superRefine((receiver, context) => {
    const kinds = receiverKinds.filter((kind) => receiver[kind] !== undefined);
    const refuse = (path: string[], message: string, mend: string) =>
      context.addIssue({ code: 'custom', path, message, params: { mend, hidden: true } });
    if (kinds.length === 0)
      refuse(['url'], `there, unless one of ${receiverKinds.slice(1).join(', ')} is`, setSecret);
    for (const kind of kinds.slice(1))
      refuse([kind], `absent, as the receiver has ${kinds[0]} already`, 'make two receivers of it');
    const { username, password } = receiver.email ?? {};
    if ((username === undefined) !== (password === undefined))
      refuse(
        ['email', username === undefined ? 'username' : 'password'],
        'there, as the other of username and password is',
        username === undefined ? 'write it, or leave the password out' : setSecret,
      );
  });

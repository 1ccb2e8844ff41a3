// Made by `npx tsx plugin/docs.ts` from the schemas in settings/: change those, not this file.

/** What every alert carries, and one bound. */
export interface AlertsArgs {
  /** Label owner of every alert. Must be the name of a team, up to 63 letters, digits, blanks, dots and dashes. Default platform. */
  owner?: string;
  /** How often open streams may end before it is a ticket. Must be a number from 1 to 100000, ends of open streams in an hour, of all injectors together, that nobody is told of. Default 30. */
  interruptionsPerHour?: number;
  /** Page that every alert links to, by anchor: a copy of docs/paths-and-alerts.md that your people can open. Must be the http or https address of the page with the runbooks, without #, blanks and braces. Left out: docs/paths-and-alerts.md. */
  runbooks?: string;
}

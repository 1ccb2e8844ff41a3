import { text } from './fields';

/** Name of a team, as the label `owner` of alerts has it. */
export const ownerName = text({
  pattern: /^[A-Za-z0-9][\w .-]{0,62}$/,
  allowed: 'the name of a team, up to 63 letters, digits, blanks, dots and dashes',
  mend: 'write for example platform',
});

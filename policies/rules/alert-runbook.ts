import { shown } from '../lib/data';
import { anchors, pageFile } from '../lib/pages';
import { objectRule } from '../lib/rule';
import { alertName, alertsOf, type Alert } from '../lib/rules-of';

/** Settings of {@link alertRunbook}. */
interface Pages {
  readonly page: string;
}

/** Alerts that say what to do. An address elsewhere cannot be asked, but a page of the same name must have the same anchors. */
export const alertRunbook = objectRule<Pages>({
  name: 'alert-runbook',
  description: 'Every alert links a runbook that exists.',
  mend: 'Give the alert the annotation runbook_url: a page and the anchor of a heading that is there.',
  level: 'mandatory',
  settings: {
    page: {
      type: 'string',
      description:
        'Page in the repository of the pack that has the runbooks; links to a page of this name must meet its headings.',
      default: 'docs/paths-and-alerts.md',
    },
  },
  judge: (object, { page }) =>
    alertsOf(object)
      .map((alert) => [alert, wrong(alert, page)] as const)
      .filter(([, problem]) => problem !== undefined)
      .map(
        ([alert, problem]) =>
          `${alertName(alert)} has runbook_url ${shown(alert.annotations['runbook_url'])}, ${problem ?? ''}`,
      ),
});

function wrong({ annotations }: Alert, page: string): string | undefined {
  const { runbook_url: url } = annotations;
  if (url === undefined || url === '') return 'so nobody knows what to do';
  const [place = '', anchor = ''] = url.split('#');
  const isOurs = baseName(place) === baseName(page);
  if (!isOurs) return /^https?:\/\/[^/]+\/./.test(url) ? undefined : 'which is no address';
  const there = anchors(pageFile(page));
  return there === undefined || there.has(anchor) ? undefined : `and ${page} has no heading for it`;
}

/** Name of a page without directories and ending: documentation sites drop `.md`. */
function baseName(place: string): string {
  return (place.replace(/\/$/, '').split('/').pop() ?? '').replace(/\.(md|html)$/, '');
}

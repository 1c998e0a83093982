import { Notice, type PageContext } from '@baton/ui';

/** What was wrong, above the form. */
export function ProblemNotice({ problem }: Pick<PageContext, 'problem'>) {
  return problem ? <Notice tone="bad" title={problem.detail ?? problem.title} /> : null;
}

/** Where to go after this form. */
export const Destination = ({ to }: Pick<PageContext, 'to'>) => (to ? <input type="hidden" name="to" value={to} /> : null);

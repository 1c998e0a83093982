import type { PageContext } from '@baton/ui';
import { type SecondFactor, SECOND_FACTORS_PATH } from '../login/second-factors.ts';
import { FormPage } from './form-page.tsx';

export const secondFactorsPage = ({ factors, ...context }: PageContext & { factors: readonly SecondFactor[] }) => (
  <FormPage context={context} title="Second step">
    <p>Your password was right. Continue with</p>
    <ul>
      {factors.map(({ path, label }) => (
        <li key={path}>
          <a href={withDestination(path, context.to)}>{label}</a>
        </li>
      ))}
    </ul>
    <p>
      <a href="/auth/login">Begin again</a>
    </p>
  </FormPage>
);

/** For the page of one factor. */
export const OtherFactors = ({ to }: Pick<PageContext, 'to'>) => (
  <p>
    <a href={withDestination(SECOND_FACTORS_PATH, to)}>Continue another way</a>
  </p>
);

const withDestination = (path: string, to: string): string => (to ? `${path}?to=${encodeURIComponent(to)}` : path);

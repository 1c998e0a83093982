import { Checkbox, Notice, type PageContext } from '@baton/ui';
import { FormPage, ProblemNotice } from '../pages/form-page.tsx';

export const ownDataPage = (context: PageContext) => (
  <FormPage context={context} title="Your data">
    <ProblemNotice problem={context.problem} />
    <h2>Download</h2>
    <p>Everything this site keeps about you, as a JSON file: profile, sessions, devices, activity, and what you wrote.</p>
    <p>
      <a class="button" href="/auth/own-data/export" download>
        Download your data
      </a>
    </p>
    <h2>Delete your account</h2>
    <p>
      Your account and what belongs to it are deleted, and all devices are signed out. Security records keep a random id in place
      of your name.
    </p>
    <form method="post" action="/auth/own-data/delete" class="stack">
      <Checkbox name="forever" label="Delete my account for good" required />
      <button class="button quiet">Delete the account</button>
    </form>
    <p>
      <a href="/auth/account">Account</a>
    </p>
  </FormPage>
);

export const deletedPage = (context: PageContext) => (
  <FormPage context={context} title="Account deleted">
    <Notice tone="good" title="Your account has been deleted. All devices have been signed out." />
    <p>
      <a href="/">Home</a>
    </p>
  </FormPage>
);

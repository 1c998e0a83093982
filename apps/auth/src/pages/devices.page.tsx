import { Page, type PageContext } from '@baton/ui';
import type { OpenSession } from '../devices/open-session.ts';
import { ProblemNotice } from './form-page.tsx';
import { SessionTable } from './session-table.tsx';

export const devicesPage = ({ site, visit, problem, sessions }: PageContext & { sessions: OpenSession[] }) => (
  <Page title="Devices" site={site} visit={visit} mainLanguage="en">
    <div class="wrap stack">
      <h1>Signed-in devices</h1>
      <ProblemNotice problem={problem} />
      <SessionTable sessions={sessions} endAddress={(publicId) => `/auth/sessions/${publicId}/end`} />
      {sessions.length > 1 && (
        <form method="post" action="/auth/sessions/end-others">
          <button class="button">Sign out all other devices</button>
        </form>
      )}
    </div>
  </Page>
);

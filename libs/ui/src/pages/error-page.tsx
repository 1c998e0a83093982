import { words } from '../language/words.ts';
import { Page } from '../layout/page.tsx';
import { renderPage } from '../render.ts';
import type { Site, Visit } from '../visit.ts';

export interface PageProblem {
  status: number;
  title: string;
  detail?: string;
  /** Seconds after which trying again makes sense. */
  retryAfterSeconds?: number;
  requestId?: string;
}

/** The HTML form of a problem document: what happened, whether the session is safe, and the next step. */
export function errorPage(site: Site, visit: Visit, problem: PageProblem): string {
  const t = words(visit.looks.language);
  const known = t.errors[problem.status];
  const title = known?.title ?? problem.title;
  return renderPage(
    <Page title={title} site={site} visit={visit}>
      <div class="wrap stack error-page">
        <p class="display error-status">{problem.status}</p>
        <h1>{title}</h1>
        <p class="lead">{known?.detail ?? problem.detail}</p>
        {known && problem.detail && problem.detail !== known.detail && <p class="muted">{problem.detail}</p>}
        <NextStep problem={problem} visit={visit} />
        {problem.requestId && (
          <small class="muted">
            {t.requestId} <code>{problem.requestId}</code>
          </small>
        )}
      </div>
    </Page>,
  );
}

function NextStep({ problem, visit }: { problem: PageProblem; visit: Visit }) {
  const t = words(visit.looks.language);
  if (problem.status === 401) {
    return (
      <a class="button" href={`/auth/login?to=${encodeURIComponent(visit.path)}`}>
        {t.signIn}
      </a>
    );
  }
  const again = problem.status === 503 || problem.status === 429;
  return (
    <p class="buttons">
      {again && (
        <a class="button" href={visit.path} data-retry-seconds={problem.retryAfterSeconds}>
          {t.tryAgain}
        </a>
      )}
      <a class={again ? 'button quiet' : 'button'} href="/">
        {t.home}
      </a>
    </p>
  );
}

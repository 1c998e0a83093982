import type { Words } from '../language/words.ts';
import { Page } from '../layout/page.tsx';
import { renderPage } from '../render.ts';
import type { Reader } from '../site.ts';

interface PageProblem {
  status: number;
  title: string;
  detail?: string;
  /** Seconds after which trying again makes sense. */
  retryAfterSeconds?: number;
  requestId?: string;
}

/** A problem document as HTML: what happened, whether the session is affected, and the next step. */
export function errorPage({ site, visit, t }: Reader, problem: PageProblem): string {
  const known = t.errors[problem.status];
  const title = known?.title ?? problem.title;
  return renderPage(
    <Page title={title} site={site} visit={visit}>
      <div class="wrap stack error-page">
        <p class="display error-status">{problem.status}</p>
        <h1>{title}</h1>
        <p class="lead">{known?.detail ?? problem.detail}</p>
        {known && problem.detail && problem.detail !== known.detail && <p class="muted">{problem.detail}</p>}
        <NextStep problem={problem} path={visit.path} t={t} />
        {problem.requestId && (
          <small class="muted">
            {t.requestId} <code>{problem.requestId}</code>
          </small>
        )}
      </div>
    </Page>,
  );
}

function NextStep({ problem, path, t }: { problem: PageProblem; path: string; t: Words }) {
  if (problem.status === 401) {
    return (
      <a class="button" href={`/auth/login?to=${encodeURIComponent(path)}`}>
        {t.signIn}
      </a>
    );
  }
  const again = problem.status === 503 || problem.status === 429;
  return (
    <p class="buttons">
      {again && (
        <a class="button" href={path} data-retry-seconds={problem.retryAfterSeconds}>
          {t.tryAgain}
        </a>
      )}
      <a class={again ? 'button quiet' : 'button'} href="/">
        {t.home}
      </a>
    </p>
  );
}

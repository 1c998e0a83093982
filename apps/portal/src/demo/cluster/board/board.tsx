import type { BoardProps } from '../cluster-view.ts';
import { Charts } from './charts.tsx';
import { ClusterMap } from './cluster-map.tsx';
import { IdentityCard } from './identity-card.tsx';
import { MemoryStory } from './memory-story.tsx';
import { PaceControls } from './pace.tsx';
import { RequestTimeline } from './request-timeline.tsx';
import { Scoreboard } from './scoreboard.tsx';
import { useRequests } from './use-requests.ts';

/** The live part of the cluster page: rendered on the server, then kept up to date in the browser. */
export function Board(props: BoardProps) {
  const { log, me, ageSeconds, pace, shape, ended, announcement } = useRequests(props);
  const last = log.entries.at(-1) ?? null;
  return (
    <>
      <section class="stadium on-track">
        <div class="wrap">
          <h1>Break it. You stay signed in.</h1>
          <Scoreboard log={log} />
        </div>
      </section>
      <div class="wrap board">
        <div class="board-top">
          <ClusterMap view={log.view} replicas={log.replicas} controls={props.controls} />
          <IdentityCard me={me} last={last} ageSeconds={ageSeconds} memory={pace.memory} />
        </div>
        <section class="panel" aria-labelledby="timeline-title">
          <div class="timeline-head">
            <h2 id="timeline-title">Every request of this tab</h2>
            <PaceControls {...pace} disabled={!props.me || ended} />
          </div>
          <RequestTimeline log={log} {...shape} />
          <MemoryStory memory={pace.memory} last={last} onSignIn={pace.onSignInAgain} />
        </section>
        <Charts view={log.view} />
      </div>
      <p class="hidden-visually" role="status" data-announcement>
        {announcement}
      </p>
    </>
  );
}

import type { BoardProps } from '../cluster-view.ts';
import { Charts } from './charts.tsx';
import { ClusterMap } from './cluster-map.tsx';
import { IdentityCard } from './identity-card.tsx';
import { MemoryStory } from './memory-story.tsx';
import { PaceControls } from './pace.tsx';
import { Scoreboard } from './scoreboard.tsx';
import { Trail } from './trail.tsx';
import { useRace } from './use-race.ts';

/** The live part of the cluster page; the server draws its first state, the browser goes on from there. */
export function Board(props: BoardProps) {
  const { race, me, ageSeconds, pace, shape, ended, news } = useRace(props);
  const last = race.marks.at(-1) ?? null;
  return (
    <>
      <section class="stadium on-track">
        <div class="wrap">
          <h1>Break it. You stay signed in.</h1>
          <Scoreboard race={race} />
        </div>
      </section>
      <div class="wrap board">
        <div class="board-top">
          <ClusterMap view={race.view} runners={race.runners} controls={props.controls} />
          <IdentityCard me={me} last={last} ageSeconds={ageSeconds} memory={pace.memory} />
        </div>
        <section class="panel" aria-labelledby="trail-title">
          <div class="trail-head">
            <h2 id="trail-title">Every request of this tab</h2>
            <PaceControls {...pace} disabled={!props.me || ended} />
          </div>
          <Trail race={race} {...shape} />
          <MemoryStory memory={pace.memory} last={last} onSignIn={pace.onSignInAgain} />
        </section>
        <Charts view={race.view} />
      </div>
      <p class="hidden-visually" role="status" data-news>
        {news}
      </p>
    </>
  );
}

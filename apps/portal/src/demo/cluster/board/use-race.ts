import { useCallback, useEffect, useReducer, useRef, useState } from 'preact/hooks';
import type { BoardProps, ClusterView, Me } from '../cluster-view.ts';
import { askOnce, type Answer, signInToMemory } from './ask.ts';
import { PACES, type Pace } from './pace.tsx';
import { follow, newRace } from './race.ts';
import { useTrailShape } from './trail-shape.ts';

/** How long a 401 may wait for the news that the session was ended on purpose. */
const NEWS_MS = 1500;

/** Runs this tab's requests, listens to the cluster, and keeps the score. */
export function useRace({ view, me: meAtFirst }: BoardProps) {
  const [race, tell] = useReducer(follow, view, newRace);
  const [me, setMe] = useState<Me | null>(meAtFirst);
  const [running, setRunning] = useState(true);
  const [pace, setPace] = useState<Pace>('run');
  const [memory, setMemory] = useState(false);
  const [ended, setEnded] = useState(false);
  const number = useRef(0);

  useDocumentEvent('baton:cluster', (report) => tell({ type: 'report', view: report as ClusterView }));
  useDocumentEvent('baton:ended', () => setEnded(true));

  const take = useCallback((answer: Answer) => {
    tell({ type: 'answer', mark: { ...answer.mark, number: number.current++ } });
    if (answer.me) setMe((before) => ({ ...before!, ...answer.me }));
    document.dispatchEvent(new CustomEvent('baton:request', { detail: answer.mark }));
  }, []);

  const goes = running && !ended && meAtFirst !== null;
  useEffect(() => {
    if (!goes) return;
    const stop = new AbortController();
    void run({ pace, memory, take, stop: stop.signal });
    return () => stop.abort();
  }, [goes, pace, memory, take]);

  const switchMemory = (on: boolean) => {
    tell({ type: 'restart' });
    setMemory(on);
    if (!on && meAtFirst) setMe(meAtFirst);
  };
  return {
    race,
    me,
    ended,
    ageSeconds: useAge(me),
    shape: useTrailShape(),
    news: newsOf(race.gone, race.failed, race.lost, memory),
    pace: {
      running,
      pace,
      memory,
      onToggle: () => setRunning(!running),
      onPace: setPace,
      onMemory: switchMemory,
      onSignInAgain: () => void signInToMemory(),
    },
  };
}

interface RunOptions {
  pace: Pace;
  memory: boolean;
  take: (answer: Answer) => void;
  stop: AbortSignal;
}

/** One request after the other: the next one waits for the answer and for the pace. A hidden tab rests. */
async function run({ pace, memory, take, stop }: RunOptions): Promise<void> {
  const everyMs = PACES.find(([value]) => value === pace)![2];
  if (memory) await signInToMemory();
  for (let lap = 0; !stop.aborted; lap++) {
    const next = pause(everyMs);
    if (!document.hidden) {
      const answer = await askOnce(lap, memory);
      if (answer.mark.kind === 'lost' && !memory) await pause(NEWS_MS);
      if (!stop.aborted) take(answer);
    }
    await next;
  }
}

const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

function useDocumentEvent(name: string, listener: (detail: unknown) => void): void {
  useEffect(() => {
    const heard = (event: Event) => listener((event as CustomEvent<unknown>).detail);
    document.addEventListener(name, heard);
    return () => document.removeEventListener(name, heard);
  }, []);
}

function useAge(me: Me | null): number | null {
  const [now, setNow] = useState<number | null>(null);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return me && now ? Math.max(0, (now - Date.parse(me.createdAt)) / 1000) : null;
}

/** For screen readers: only what matters, never every request. */
function newsOf(gone: number, failed: number, lost: number, memory: boolean): string {
  if (memory) return lost > 0 ? 'A replica did not know you: with sessions in memory you are signed out there.' : '';
  return gone + failed + lost === 0 ? '' : `${gone} replicas gone, ${failed} requests failed, ${lost} sessions lost.`;
}

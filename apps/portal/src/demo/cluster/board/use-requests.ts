import { useCallback, useEffect, useReducer, useRef, useState } from 'preact/hooks';
import type { BoardProps, ClusterView, Me } from '../cluster-view.ts';
import { PACES, type Pace } from './pace.tsx';
import { newLog, reduceLog, type RequestLog } from './request-log.ts';
import { type Outcome, sendRequest, signInToMemory } from './send-request.ts';
import { useTimelineShape } from './timeline-shape.ts';

/** How long a 401 may wait for the event that the session was ended on purpose. */
const ENDED_EVENT_MS = 1500;

/** Sends this tab's requests, follows the cluster, and keeps the score. */
export function useRequests({ view, me: meAtFirst }: BoardProps) {
  const [log, dispatch] = useReducer(reduceLog, view, newLog);
  const [me, setMe] = useState<Me | null>(meAtFirst);
  const [running, setRunning] = useState(true);
  const [pace, setPace] = useState<Pace>('run');
  const [memory, setMemory] = useState(false);
  const [ended, setEnded] = useState(false);
  const number = useRef(0);

  useDocumentEvent('baton:cluster', (detail) => dispatch({ type: 'view', view: detail as ClusterView }));
  useDocumentEvent('baton:ended', () => setEnded(true));

  const record = useCallback((outcome: Outcome) => {
    dispatch({ type: 'request', entry: { ...outcome.entry, number: number.current++ } });
    if (outcome.me) setMe((before) => ({ ...before!, ...outcome.me }));
    document.dispatchEvent(new CustomEvent('baton:request', { detail: outcome.entry }));
  }, []);

  const active = running && !ended && meAtFirst !== null;
  useEffect(() => {
    if (!active) return;
    const stop = new AbortController();
    void sendRequests({ pace, memory, record, stop: stop.signal });
    return () => stop.abort();
  }, [active, pace, memory, record]);

  const switchMemory = (on: boolean) => {
    dispatch({ type: 'reset' });
    setMemory(on);
    if (!on && meAtFirst) setMe(meAtFirst);
  };
  return {
    log,
    me,
    ended,
    ageSeconds: useAge(me),
    shape: useTimelineShape(),
    announcement: announce(log, memory),
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

interface SendOptions {
  pace: Pace;
  memory: boolean;
  record: (outcome: Outcome) => void;
  stop: AbortSignal;
}

/** One request after the other, at most as fast as the pace. A hidden tab sends none. */
async function sendRequests({ pace, memory, record, stop }: SendOptions): Promise<void> {
  const everyMs = PACES.find(([value]) => value === pace)![2];
  if (memory) await signInToMemory();
  for (let number = 0; !stop.aborted; number++) {
    const next = pause(everyMs);
    if (!document.hidden) {
      const outcome = await sendRequest(number, memory);
      if (outcome.entry.outcome === 'lost' && !memory) await pause(ENDED_EVENT_MS);
      if (!stop.aborted) record(outcome);
    }
    await next;
  }
}

const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

function useDocumentEvent(name: string, listener: (detail: unknown) => void): void {
  useEffect(() => {
    const onEvent = (event: Event) => listener((event as CustomEvent<unknown>).detail);
    document.addEventListener(name, onEvent);
    return () => document.removeEventListener(name, onEvent);
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
function announce({ down, failed, lost }: RequestLog, memory: boolean): string {
  if (memory) return lost > 0 ? 'A replica did not find your session: with sessions in memory you are signed out there.' : '';
  return down + failed + lost === 0 ? '' : `${down} replicas went down, ${failed} requests failed, ${lost} sessions lost.`;
}

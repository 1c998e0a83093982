import type { LogEntry } from './request-log.ts';

interface StoryProps {
  memory: boolean;
  last: LogEntry | null;
  onSignIn: () => void;
}

/** Explains what the timeline shows. The box keeps its height, so nothing jumps while responses alternate. */
export function MemoryStory({ memory, last, onSignIn }: StoryProps) {
  if (!memory) {
    return (
      <p class="story muted">
        A square is a request; its color and letters are the replica that served it. Red is a failed request, a ring a lost
        session. Crash whatever you like.
      </p>
    );
  }
  return (
    <div class="story counter">
      <p>{last ? happened(last) : 'Signing you in on one replica …'}</p>
      <button class="button small quiet" type="button" onClick={onSignIn}>
        Sign in again
      </button>
    </div>
  );
}

function happened({ outcome, replica }: LogEntry): string {
  if (outcome === 'ok')
    return `${replica} knows you: your session is in its memory, and nowhere else. Watch what the next replica does.`;
  if (outcome === 'lost')
    return `${replica} does not know you. You are signed out there: your session is in the memory of another server, and is lost when that one stops.`;
  return 'No replica responded.';
}

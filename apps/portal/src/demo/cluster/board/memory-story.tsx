import type { Mark } from './race.ts';

interface StoryProps {
  memory: boolean;
  last: Mark | null;
  onSignIn: () => void;
}

/** What the visitor sees happen, in words. The box keeps its height, so nothing jumps while answers alternate. */
export function MemoryStory({ memory, last, onSignIn }: StoryProps) {
  if (!memory) {
    return (
      <p class="story muted">
        A square is a request, its colour and letters the replica that answered. Red would be a failure, a ring a lost session.
        Crash whatever you like.
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

function happened({ kind, replica }: Mark): string {
  if (kind === 'ok') return `${replica} knows you: your session is in its memory, and nowhere else. Watch the next replica.`;
  if (kind === 'lost')
    return `${replica} has never heard of you. To it you are signed out: your session is in the memory of another server, and dies with it.`;
  return 'Nobody answered.';
}

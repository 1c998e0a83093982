import { Field } from '@baton/ui';
import type { Note } from './notes.ts';

export const NotesView = ({ notes }: { notes: Note[] }) => (
  <div class="wrap stack" lang="en">
    <h1>Notes</h1>
    <form method="post" action="/notes" class="form panel">
      <Field name="text" label="New note" maxLength={1000} required />
      <button class="button" type="submit">
        Add
      </button>
    </form>
    <ul>
      {notes.map(({ text, createdAt }) => (
        <li>
          {text} <time class="muted">{createdAt.toISOString().slice(0, 10)}</time>
        </li>
      ))}
    </ul>
  </div>
);

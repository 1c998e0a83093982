import { Field } from '@baton/ui';

export interface Note {
  text: string;
  createdAt: Date;
}

export const NotesView = ({ notes, added = 0 }: { notes: Note[]; added?: number }) => (
  <div class="wrap stack" lang="en">
    <h1>Notes</h1>
    <form method="post" action="/notes" class="form panel">
      <Field name="text" label="New note" maxLength={1000} required />
      <button class="button">Add</button>
    </form>
    {added > 0 && <p class="muted">{added} added in this session</p>}
    <ul>
      {notes.map(({ text, createdAt }) => (
        <li>
          {text} <time class="muted">{createdAt.toISOString().slice(0, 10)}</time>
        </li>
      ))}
    </ul>
  </div>
);

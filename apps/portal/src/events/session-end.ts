import { EVERYBODY, type RevocationReason, type SessionEvent, type SessionFeed } from '@baton/session';
import { type Preferences, words } from '@baton/ui';

/** Where a stream stopped: its position in the event feed, and the session it was opened for. */
export interface Bookmark {
  position: number;
  publicId: string;
}

export const bookmarkText = ({ position, publicId }: Bookmark) => `${position}.${publicId}`;

export function parseBookmark(text: string | undefined): Bookmark | null {
  const [, position, publicId] = /^(\d{1,15})\.([\w-]{1,100})$/.exec(text ?? '') ?? [];
  return position && publicId ? { position: Number(position), publicId } : null;
}

/** The message to the person whose session ended. A newer version may have written a reason that this one does not know. */
export function farewell(reason: string | null, { language }: Preferences) {
  const { ended, signIn } = words(language);
  return { title: ended.title, detail: ended.reasons[reason as RevocationReason] ?? ended.otherwise, signIn };
}

/** The revocation of this session, or of all sessions, which is a single event. */
export const endsSession =
  (publicId: string) =>
  ({ type, publicId: whose, reason }: SessionEvent) =>
    (type === 'revoked' && whose === publicId) || (type === 'generation' && reason === EVERYBODY);

/** Why a session ended that was alive at the bookmark; null if unknown. */
export async function reasonSince(feed: SessionFeed | null, { position, publicId }: Bookmark): Promise<string | null> {
  const missed = (await feed?.since(position).catch(() => [])) ?? [];
  return missed.find(endsSession(publicId))?.reason ?? null;
}

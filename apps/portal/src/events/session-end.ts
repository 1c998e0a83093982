import { EVERYBODY, type RevocationReason, type SessionEvent, type SessionFeed } from '@baton/session';
import { type Looks, words } from '@baton/ui';

/** Where a stream stopped: the last event it knew, and whose session it was about. */
export interface Bookmark {
  position: number;
  publicId: string;
}

export const bookmarkText = ({ position, publicId }: Bookmark) => `${position}.${publicId}`;

export function parseBookmark(text: string | undefined): Bookmark | null {
  const [, position, publicId] = /^(\d{1,15})\.([\w-]{1,100})$/.exec(text ?? '') ?? [];
  return position && publicId ? { position: Number(position), publicId } : null;
}

/** What a person reads when their session has ended. A newer version may have written a reason that this one does not know. */
export function farewell(reason: string | null, { language }: Looks) {
  const { ended, signIn } = words(language);
  return { title: ended.title, detail: ended.reasons[reason as RevocationReason] ?? ended.otherwise, signIn };
}

/** Also the end of everybody's sessions, which is one event for all. */
export const endsSession =
  (publicId: string) =>
  ({ type, publicId: whose, reason }: SessionEvent) =>
    (type === 'revoked' && whose === publicId) || (type === 'generation' && reason === EVERYBODY);

/** Why a session ended that was alive at the bookmark; null when nobody can say. */
export async function reasonSince(feed: SessionFeed | null, { position, publicId }: Bookmark): Promise<string | null> {
  const missed = (await feed?.since(position).catch(() => [])) ?? [];
  return missed.find(endsSession(publicId))?.reason ?? null;
}

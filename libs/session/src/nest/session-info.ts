import type { Request } from 'express';
import { loadedRecord, stateOf } from '../http/session-object.ts';
import type { SessionRecord } from '../model/record.ts';

export interface SessionInfo extends Pick<
  SessionRecord,
  'publicId' | 'createdAt' | 'expiresAt' | 'authenticatedAt' | 'lastSeenAt' | 'device'
> {
  /** The store that returned the record. */
  readonly store: SessionRecord['readFrom'];
  readonly lookupMs: number;
}

/** What may be shown of the request's session, or null if there is none. Times are epoch milliseconds. */
export function sessionInfo(request: Request): SessionInfo | null {
  const record = loadedRecord(request.session);
  if (record === undefined) return null;
  const { publicId, createdAt, expiresAt, authenticatedAt, lastSeenAt, device, readFrom } = record;
  const { lookupMs } = stateOf(request);
  return { publicId, createdAt, expiresAt, authenticatedAt, lastSeenAt, device, store: readFrom, lookupMs };
}

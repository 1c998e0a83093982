import { sessionInfo, type SessionRecord } from '@baton/session';
import type { Request } from 'express';

/** A live session as its owner sees it. Holds nothing that works as a cookie. */
export interface OpenSession {
  publicId: string;
  current: boolean;
  createdAt: string;
  lastSeenAt: string;
  /** When it ends even if it is used. */
  expiresAt: string;
  /** After how long it ends if it is not used. */
  idleSeconds: number;
  device: { ip: string | null; userAgent: string | null };
}

export const openSession = (request: Request, record: SessionRecord): OpenSession => ({
  publicId: record.publicId,
  current: record.publicId === sessionInfo(request)?.publicId,
  createdAt: new Date(record.createdAt).toISOString(),
  lastSeenAt: new Date(record.lastSeenAt).toISOString(),
  expiresAt: new Date(record.expiresAt).toISOString(),
  idleSeconds: record.idleSeconds,
  device: record.device,
});

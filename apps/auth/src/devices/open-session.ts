import { sessionInfo, type SessionRecord } from '@baton/session';
import type { Request } from 'express';

/** A live session as its owner sees it. Holds nothing that works as a cookie. */
export interface OpenSession {
  publicId: string;
  current: boolean;
  createdAt: string;
  lastSeenAt: string;
  device: { ip: string | null; userAgent: string | null };
}

export const openSession = (request: Request, record: SessionRecord): OpenSession => ({
  publicId: record.publicId,
  current: record.publicId === sessionInfo(request)?.publicId,
  createdAt: new Date(record.createdAt).toISOString(),
  lastSeenAt: new Date(record.lastSeenAt).toISOString(),
  device: record.device,
});

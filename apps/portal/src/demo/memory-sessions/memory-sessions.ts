import { randomBytes } from 'node:crypto';

export interface MemorySession {
  user: string;
  createdAt: string;
  /** The replica whose memory this is. */
  livesIn: string;
}

const MAX_SESSIONS = 1000;

/**
 * The counter-example: sessions in the memory of the process that created them, as many apps start. No other replica knows
 * them, and they are lost when their process stops. For demonstration only.
 */
export class MemorySessions {
  private readonly sessions = new Map<string, MemorySession>();

  constructor(private readonly replica: string) {}

  /** Returns the value of the cookie. The oldest session is dropped at the limit, so an open tab cannot fill the memory. */
  create(user: string): string {
    const id = randomBytes(24).toString('base64url');
    this.sessions.set(id, { user, createdAt: new Date().toISOString(), livesIn: this.replica });
    if (this.sessions.size > MAX_SESSIONS) this.sessions.delete(this.sessions.keys().next().value!);
    return id;
  }

  find(id: string | undefined): MemorySession | null {
    return this.sessions.get(id ?? '') ?? null;
  }
}

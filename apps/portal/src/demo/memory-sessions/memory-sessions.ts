import { randomBytes } from 'node:crypto';

export interface MemorySession {
  user: string;
  createdAt: string;
  /** The replica whose memory this is. */
  livesIn: string;
}

const MOST = 1000;

/**
 * The counter-example, what many apps start with: sessions in the memory of the process that made them. Every other replica
 * has never heard of them, and they die with their process. Never use this for anything but showing that.
 */
export class MemorySessions {
  private readonly sessions = new Map<string, MemorySession>();

  constructor(private readonly replica: string) {}

  /** Returns the value of the cookie. The oldest give way, so that a demo left open does not fill the memory. */
  create(user: string): string {
    const id = randomBytes(24).toString('base64url');
    this.sessions.set(id, { user, createdAt: new Date().toISOString(), livesIn: this.replica });
    if (this.sessions.size > MOST) this.sessions.delete(this.sessions.keys().next().value!);
    return id;
  }

  find(id: string | undefined): MemorySession | null {
    return this.sessions.get(id ?? '') ?? null;
  }
}

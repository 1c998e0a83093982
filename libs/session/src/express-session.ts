import 'express-session';

/** What the apps of this workspace keep in a session. Change it to what yours keep. */
declare module 'express-session' {
  interface SessionData {
    user: { id: string; name: string; roles: string[] };
    /** Quantity by sku. */
    cart: Record<string, number>;
    preferences: { theme?: string; language?: string; density?: string };
  }
}

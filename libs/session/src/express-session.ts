import 'express-session';

/** What this library keeps in a session. An app declares its own fields the same way, next to the code that owns them. */
declare module 'express-session' {
  interface SessionData {
    user: { id: string; name: string; roles: string[] };
  }
}

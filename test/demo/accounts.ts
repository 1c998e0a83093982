/** The accounts that auth creates if DEMO=true. */
export const DEMO = { username: 'demo', password: 'baton-demo-2026' };
export const DEMO_ADMIN = { username: 'admin', password: 'baton-admin-2026' };

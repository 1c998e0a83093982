import type { App } from '../built.ts';
import type { Operation } from './exchange.ts';

export interface Request {
  app: App;
  method: string;
  path: string;
  body?: object;
}

/** The HTTP request of an operation. */
export function requestFor(operation: Operation, secrets: { user: string; password: string; next?: string }): Request {
  switch (operation.kind) {
    case 'login':
      return { app: 'auth', method: 'POST', path: '/auth/login', body: { username: secrets.user, password: secrets.password } };
    case 'logout':
      return { app: 'auth', method: 'POST', path: '/auth/logout', body: {} };
    case 'revoke-others':
      return { app: 'auth', method: 'DELETE', path: '/auth/sessions' };
    case 'password':
      return {
        app: 'auth',
        method: 'POST',
        path: '/auth/password',
        body: { currentPassword: secrets.password, newPassword: secrets.next },
      };
    case 'read':
      return { app: 'portal', method: 'GET', path: '/api/session' };
    case 'tally':
      return { app: 'portal', method: 'GET', path: '/api/tally' };
    case 'preferences':
      return { app: 'portal', method: 'GET', path: '/api/preferences' };
    case 'add':
      return {
        app: 'portal',
        method: 'POST',
        path: '/api/tally',
        body: { name: operation.name, amount: operation.amount },
      };
    case 'prefer':
      return { app: 'portal', method: 'PUT', path: '/api/preferences', body: { [operation.path]: operation.value } };
  }
}

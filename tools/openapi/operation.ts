import type { z } from 'zod';

/** A method and a path as OpenAPI writes it: `GET /auth/sessions/{publicId}`. */
export type Route = `${'GET' | 'POST' | 'PUT' | 'DELETE'} /${string}`;

export interface Operation {
  readonly summary: string;
  /** What the caller must be; nobody in particular if absent. Adds 401, and for `admin` 403. */
  readonly needs?: 'user' | 'admin';
  /** What the path holds between braces. */
  readonly path?: Readonly<Record<string, z.ZodType>>;
  readonly query?: Readonly<Record<string, z.ZodType>>;
  readonly body?: Body;
  readonly answers: readonly Answer[];
}

export interface Body {
  readonly schema: z.ZodType;
  readonly example: Readonly<Record<string, unknown>>;
  /** Whether a form can send it: JSON alone has numbers. */
  readonly isForm: boolean;
}

export interface Answer {
  readonly status: number;
  readonly description: string;
  /** Null: a text whose form is not described. */
  readonly content: Readonly<Record<string, z.ZodType | 'problem' | null>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the routers of one feature serve. */
export type Operations = Readonly<Record<Route, Operation>>;

export const PROBLEM = 'application/problem+json';
export const PAGE = 'text/html';

export const form = (schema: z.ZodType, example: Body['example']): Body => ({ schema, example, isForm: true });
export const jsonBody = (schema: z.ZodType, example: Body['example']): Body => ({ schema, example, isForm: false });

export const json = (description: string, schema: z.ZodType, status = 200, type = 'application/json'): Answer => ({
  status,
  description,
  content: { [type]: schema },
});

/** A page for people: the request accepts `text/html` before JSON. */
export const page = (description: string, status = 200): Answer => ({ status, description, content: { [PAGE]: null } });

export const text = (description: string, type: string): Answer => ({ status: 200, description, content: { [type]: null } });

export const nothing = (description: string, status = 204): Answer => ({ status, description, content: {} });

export const redirect = (description: string): Answer => ({
  status: 303,
  description,
  content: {},
  headers: { Location: 'Where to go on, on this site' },
});

/** A problem document (RFC 9457) for programs. */
export const problem = (status: number, description: string): Answer => ({
  status,
  description,
  content: { [PROBLEM]: 'problem' },
});

/** The same, and a page for people: the form again, with the reason, or an error page. */
export const refusal = (status: number, description: string): Answer => ({
  status,
  description,
  content: { [PROBLEM]: 'problem', [PAGE]: null },
});

export const INVALID = refusal(400, 'A field is missing or invalid; `fields` and `errors` say which');
export const WEAK = refusal(422, 'The password is too weak, or the name is not possible');
/** For routes that compare a password. */
export const WRONG_PASSWORD = refusal(401, 'Not signed in, or a wrong password');
export const LOCKED = refusal(429, 'Too many attempts; see `Retry-After`');
/** For routes that can begin a session, anonymous ones included. */
export const TOO_MANY_SESSIONS = refusal(429, 'Too many new sessions from this address; see `Retry-After`');
/** Pages lead to the form for it instead. */
export const STEP_UP = problem(403, 'The password, or the second factor, is needed again: `type` is `urn:<name>:reauthenticate`');
/** A page's form leads to the page for signing in instead. */
export const SIGN_IN = [problem(401, 'Not signed in'), redirect('People are sent to sign in first, and back')] as const;
/** For routes of a login or a step-up that has begun with the password. */
export const NO_SECOND_STEP = [
  refusal(401, 'No password was sent before, or the proof is wrong'),
  redirect('People who sent no password are sent to sign in first'),
] as const;

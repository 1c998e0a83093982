import type { Request, Response } from 'express';

/** Injection tokens of what is not a class, or not always there. */
export const BACKEND = Symbol('BACKEND');
export const SESSION_CONFIG = Symbol('SESSION_CONFIG');
export const EXPRESS_STORE = Symbol('EXPRESS_STORE');
export const PEPPERS = Symbol('PEPPERS');
export const FAIL = Symbol('FAIL');

/** Sends an error as the response. */
export type Fail = (error: unknown, request: Request, response: Response) => void;

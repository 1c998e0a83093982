import type { Attributes, Json } from './record.ts';

/** JSON Merge Patch, RFC 7396: objects merge key by key at every depth, arrays and scalars are replaced, null removes. */
export type MergePatch = { [name: string]: Json };

type JsonObject = { [name: string]: Json };

export function isObject(value: unknown): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** `__proto__` is the one name that writes to something else than the object itself. */
function ownNames(value: JsonObject): string[] {
  return Object.keys(value).filter((name) => name !== '__proto__');
}

/**
 * A copy that shares nothing with its source, so that no request can change another request's session. The engine clones
 * an object with its shape much faster than names can be added to an empty one.
 */
export function copy<T extends Json>(value: T): T;
export function copy(value: Json): Json {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item) => copy(item));
  const result: JsonObject = { ...value };
  for (const name in result) {
    const member = result[name]!;
    if (typeof member === 'object' && member !== null) result[name] = copy(member);
    if (name === '__proto__') delete result[name];
  }
  return result;
}

/**
 * True only if `after` surely is what `before` is. A quick look without a single allocation, for the usual case that a
 * request changed nothing; what is not a plain object or array is left to `difference`.
 */
export function isSame(before: Json | undefined, after: unknown): boolean {
  if (before === after) return true;
  if (typeof before !== 'object' || before === null || typeof after !== 'object' || after === null) return false;
  if (Array.isArray(before)) return Array.isArray(after) && isSameArray(before, after);
  return Object.getPrototypeOf(after) === Object.prototype && isSameObject(before, after as JsonObject);
}

function isSameArray(before: Json[], after: unknown[]): boolean {
  if (before.length !== after.length) return false;
  for (let i = 0; i < before.length; i++) if (!isSame(before[i], after[i])) return false;
  return true;
}

function isSameObject(before: JsonObject, after: JsonObject): boolean {
  let names = 0;
  for (const name in before) {
    if (!isSame(before[name], after[name])) return false;
    names++;
  }
  for (const _name in after) names--;
  return names === 0;
}

/** Removes, in place, what a merge patch could not express: null members of objects, and `__proto__`. */
export function dropNulls<T extends Json>(value: T): T {
  if (!isObject(value)) return value;
  const members: JsonObject = value;
  for (const name in members) {
    const member = members[name]!;
    if (member === null || name === '__proto__') delete members[name];
    else if (typeof member === 'object') dropNulls(member);
  }
  return value;
}

/** RFC 7396 section 2, MergePatch(target, patch). */
export function applyPatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return copy(patch);
  const result: JsonObject = isObject(target) ? { ...target } : {};
  for (const name of ownNames(patch)) {
    const value = patch[name]!;
    if (value === null) delete result[name];
    else result[name] = applyPatch(Object.hasOwn(result, name) ? result[name] : undefined, value);
  }
  return result;
}

/**
 * The patch that turns `before` into `after`, or null if there is nothing to change.
 * Null members of `after` cannot be expressed in a merge patch (RFC 7396 section 1); a session treats them as absent.
 */
export function difference(before: Attributes, after: Attributes): MergePatch | null {
  let patch: MergePatch | null = null;
  for (const name of ownNames(before)) {
    if (!Object.hasOwn(after, name) || after[name] === undefined || after[name] === null) (patch ??= {})[name] = null;
  }
  for (const name of ownNames(after)) {
    const change = changeOf(Object.hasOwn(before, name) ? before[name] : undefined, after[name]);
    if (change !== undefined) (patch ??= {})[name] = change;
  }
  return patch;
}

function changeOf(before: Json | undefined, after: Json | undefined): Json | undefined {
  if (after === undefined || after === null || before === after) return undefined;
  if (isObject(before) && isObject(after)) return difference(before, after) ?? undefined;
  return isSame(before, after) ? undefined : withoutNulls(after);
}

/** Inside a patch a null means "remove"; a new object must not carry one by accident. */
function withoutNulls(value: Json): Json {
  return isObject(value) ? (difference({}, value) ?? {}) : copy(value);
}

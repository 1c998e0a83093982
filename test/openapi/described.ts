import { Ajv2020 } from 'ajv/dist/2020.js';
import { type Described, document } from './document.ts';

/** What takes a full cart, a weak password, a lock, closed registration or an outage; other tests cause these. */
const RARE = /^(409|410|422|429|502|503) |^403 .*\/(register|callback)$/;
/** Needs a kind of second factor, which can all have been taken out. */
const SECOND_FACTOR = /^200 .*\/auth\/(admin\/users\/\{id\}\/)?second-factor/;
/** Takes an old login. */
const STEP_UP = /^The password, or the second factor, is needed again/;

const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true }).addSchema(document, 'openapi');

export interface Answer {
  status: number;
  type: string | undefined;
  text: string;
}

export const pair = (status: number, type: string | undefined): string =>
  status === 303 || !type ? String(status) : `${status} ${type}`;

/** Every status with each of its media types. */
export const documented = ({ responses }: Described): string[] =>
  Object.entries(responses).flatMap(([status, { content }]) =>
    content ? Object.keys(content).map((type) => `${status} ${type}`) : [status],
  );

/** Not seen in this test. */
export function isRare(each: string, path: string, { responses }: Described): boolean {
  if (RARE.test(`${each} ${path}`) || SECOND_FACTOR.test(`${each} ${path}`)) return true;
  return STEP_UP.test(responses[each.slice(0, 3)]!.description);
}

export function objections(path: string, method: string, { responses }: Described, { status, type, text }: Answer): string[] {
  const response = responses[status];
  if (!response) return [`${status} is not documented: ${text.slice(0, 300)}`];
  if (status === 303 || (!type && text === '')) return [];
  if (!type || !response.content?.[type]) return [`${status} ${type} is not documented: ${text.slice(0, 300)}`];
  if (!type.endsWith('json')) return [];
  const pointer = ['paths', path, method, 'responses', String(status), 'content', type, 'schema'];
  const validate = ajv.getSchema(`openapi#/${pointer.map(escaped).join('/')}`)!;
  return validate(JSON.parse(text)) ? [] : [`${status}: ${ajv.errorsText(validate.errors)}: ${text.slice(0, 300)}`];
}

/** RFC 6901, in a fragment. */
const escaped = (key: string): string => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'));

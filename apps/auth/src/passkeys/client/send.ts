/** What the server refused, in its own words. */
export class Refusal extends Error {
  constructor(
    message: string,
    readonly type: string,
  ) {
    super(message);
  }
}

/** @throws Refusal for any response but success, and if there is none. */
export async function send<T>(path: string, body: object = {}): Promise<T> {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(body),
  }).catch(() => null);
  const answer = (await response?.json().catch(() => ({}))) as { detail?: string; title?: string; type?: string } | undefined;
  if (response?.ok) return answer as T;
  throw new Refusal(answer?.detail ?? answer?.title ?? 'No response. Try again.', answer?.type ?? '');
}

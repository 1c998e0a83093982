import type { IncomingMessage } from 'node:http';

/** The body, at most `limit` bytes of it in memory. 'too large' as soon as that is known; null if the visitor hangs up. */
export async function bodyOf(request: IncomingMessage, limit: number): Promise<Buffer | 'too large' | null> {
  if (Number(request.headers['content-length']) > limit) return 'too large';
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > limit) return 'too large';
      chunks.push(chunk);
    }
  } catch {
    return null;
  }
  return Buffer.concat(chunks);
}

import { createHash } from 'node:crypto';
import { countOperation } from '../operations.ts';
import type { RedisCommands } from './client.ts';

/** A Lua script, sent by its hash. Redis runs nothing else between its first and its last line. */
export class Script {
  private readonly sha: string;
  private readonly operation: string;

  constructor(
    name: string,
    private readonly source: string,
  ) {
    this.operation = `redis ${name}`;
    this.sha = createHash('sha1').update(source).digest('hex');
  }

  async run<T>(redis: RedisCommands, keys: string[], args: (string | number)[]): Promise<T> {
    countOperation(this.operation);
    const options = { keys, arguments: args.map(String) };
    try {
      return (await redis.evalSha(this.sha, options)) as T;
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return (await redis.eval(this.source, options)) as T;
    }
  }
}

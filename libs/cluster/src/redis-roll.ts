import type { StoreHealth } from '@baton/session';
import type { Beat } from './beat.ts';

type Redis = NonNullable<ReturnType<StoreHealth['redis']>>;

const SILENT_MS = 3500;
const FORGET_MS = 60_000;

/**
 * Signs in, drops who was silent, and returns whoever is there, first of all what this replica is told to do. One key and
 * one step; ages are measured by the clock of Redis, so clocks of replicas need not agree. An order stays until its replica
 * is gone: the answer that carried it may have come too late.
 */
const CALL = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[1], ARGV[1], string.format('%d', now) .. ' ' .. ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
local there = { redis.call('HGET', KEYS[1], '!' .. ARGV[1]) or '' }
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  if string.sub(all[i], 1, 1) == '!' then
    if redis.call('HEXISTS', KEYS[1], string.sub(all[i], 2)) == 0 then redis.call('HDEL', KEYS[1], all[i]) end
  else
    local at = tonumber(string.match(all[i + 1], '^%d+'))
    if now - at > tonumber(ARGV[3]) then redis.call('HDEL', KEYS[1], all[i])
    else there[#there + 1] = string.match(all[i + 1], '^%d+ (.*)$') end
  end
end
return there`;

/** Who is there, in one hash of Redis. */
export class RedisRoll {
  constructor(private readonly key: string) {}

  async call(redis: Redis, beat: Beat): Promise<{ order: string; beats: Beat[] }> {
    const given = [beat.instance, JSON.stringify(beat), String(SILENT_MS), String(FORGET_MS)];
    const answer = await redis.ask((commands) => commands.eval(CALL, { keys: [this.key], arguments: given }));
    const [order = '', ...beats] = answer as string[];
    return { order, beats: beats.map((text) => JSON.parse(text) as Beat) };
  }

  /** Leaves word for another replica; it hears it with its next call. */
  async order(redis: Redis, instance: string, action: string): Promise<void> {
    await redis.ask((commands) => commands.hSet(this.key, `!${instance}`, action));
  }

  async leave(redis: Redis, instance: string): Promise<void> {
    await redis.ask((commands) => commands.hDel(this.key, instance));
  }
}

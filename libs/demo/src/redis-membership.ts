import type { StoreHealth } from '@baton/session';
import type { Heartbeat } from './heartbeat.ts';

type Redis = NonNullable<ReturnType<StoreHealth['redis']>>;

const SILENT_MS = 3500;
const FORGET_MS = 60_000;

/**
 * Writes a heartbeat, drops replicas without a recent one, and returns the fault command for this replica followed by all
 * heartbeats. One key, one step; ages are measured by the clock of Redis, so the clocks of replicas need not agree.
 * A command stays until its replica has left: the response that carried it may have come too late.
 */
const ANNOUNCE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[1], ARGV[1], string.format('%d', now) .. ' ' .. ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
local members = { redis.call('HGET', KEYS[1], '!' .. ARGV[1]) or '' }
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  if string.sub(all[i], 1, 1) == '!' then
    if redis.call('HEXISTS', KEYS[1], string.sub(all[i], 2)) == 0 then redis.call('HDEL', KEYS[1], all[i]) end
  else
    local at = tonumber(string.match(all[i + 1], '^%d+'))
    if now - at > tonumber(ARGV[3]) then redis.call('HDEL', KEYS[1], all[i])
    else members[#members + 1] = string.match(all[i + 1], '^%d+ (.*)$') end
  end
end
return members`;

/** Membership in one hash of Redis. */
export class RedisMembership {
  constructor(private readonly key: string) {}

  async announce(redis: Redis, heartbeat: Heartbeat): Promise<{ command: string; heartbeats: Heartbeat[] }> {
    const args = [heartbeat.instance, JSON.stringify(heartbeat), String(SILENT_MS), String(FORGET_MS)];
    const reply = await redis.ask((commands) => commands.eval(ANNOUNCE, { keys: [this.key], arguments: args }));
    const [command = '', ...heartbeats] = reply as string[];
    return { command, heartbeats: heartbeats.map((text) => JSON.parse(text) as Heartbeat) };
  }

  /** Leaves a fault command for another replica, which receives it with its next heartbeat. */
  async sendCommand(redis: Redis, instance: string, action: string): Promise<void> {
    await redis.ask((commands) => commands.hSet(this.key, `!${instance}`, action));
  }

  async leave(redis: Redis, instance: string): Promise<void> {
    await redis.ask((commands) => commands.hDel(this.key, instance));
  }
}

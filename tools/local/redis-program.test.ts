import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRedis } from './redis-program.ts';
import { ServerMissingError } from './server.ts';

describe('looking for a Redis', () => {
  const path = process.env['PATH'];
  const folder = mkdtempSync(join(tmpdir(), 'baton-test-no-redis-'));
  afterAll(() => {
    process.env['PATH'] = path;
    rmSync(folder, { recursive: true });
  });

  it('says which one command helps on a machine that has none', async () => {
    process.env['PATH'] = folder;
    const search = findRedis(join(folder, 'library'));
    await expect(search).rejects.toThrow(ServerMissingError);
    await expect(search).rejects.toThrow(/^No Redis or Valkey server \(7 or newer\) on this machine: .+, or set REDIS_URL\.$/);
  });
});

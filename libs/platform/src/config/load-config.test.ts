import { z } from 'zod';
import { ConfigError, loadConfig } from './load-config.ts';
import { platformSettings } from './platform-settings.ts';

describe('the configuration', () => {
  it('has a default for everything an app needs', () => {
    expect(loadConfig(platformSettings, {})).toMatchObject({
      PORT: 3000,
      BIND_ADDRESS: '0.0.0.0',
      TRUST_PROXY: 0,
      COOKIE_SECURE: true,
    });
  });

  it('names every problem in one message, and no value', () => {
    const shape = { ...platformSettings, SECRET: z.string().min(32), URL_OF_STORE: z.url() };
    const load = () => loadConfig(shape, { PORT: 'eighty', SECRET: 'hunter2', COOKIE_SECURE: '', LOG_LEVEL: 'loud' });
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(/PORT is malformed.*LOG_LEVEL is malformed.*SECRET is malformed.*URL_OF_STORE is missing/);
    expect(load).not.toThrow(/hunter2|eighty|loud/);
  });

  it.each(['8e3.5', '-1', '65536'])('does not take %j for a port', (PORT) => {
    expect(() => loadConfig(platformSettings, { PORT })).toThrow(/PORT is malformed/);
  });
});

import { report } from './report.ts';
import { run } from './run.ts';

const SECONDS = 15;

/** A short run of `npm run chaos`. Longer runs with other seeds find more. */
describe('random histories under random faults', () => {
  it.each([
    { seed: 1, options: {}, flags: '' },
    { seed: 2, options: { isNear: true }, flags: ' --near' },
    { seed: 3, options: { isSkewed: true }, flags: ' --skew' },
    { seed: 4, options: { isIdle: true }, flags: ' --idle' },
  ])(
    `seed $seed breaks no promise (npm run chaos -- --seconds ${SECONDS} --seed $seed$flags)`,
    async ({ seed, options }) => {
      const { history, violations } = await run({ seconds: SECONDS, seed, isBusy: true, ...options });
      if (violations.length > 0) throw new Error(`seed ${seed}\n${report(history, violations)}`);
      expect(history.faults.length).toBeGreaterThan(1);
    },
    180_000,
  );

  it('the checker finds violations of P1, P3 and P4 in the stock stack (express-session over connect-redis)', async () => {
    const { violations } = await run({
      seconds: SECONDS,
      seed: 1,
      env: { SESSION_STRATEGY: 'redis', SESSION_ENGINE: 'express-session' },
    });
    expect(violations.map(({ promise }) => promise)).toEqual(expect.arrayContaining(['P1', 'P3', 'P4']));
  }, 180_000);
});

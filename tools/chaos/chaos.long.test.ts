import { report } from './report.ts';
import { run } from './run.ts';

const SECONDS = 15;

/** A short run of `npm run chaos`. Longer runs with other seeds find more. */
describe('random histories under random faults', () => {
  it.each([
    { seed: 1, near: '' },
    { seed: 2, near: ' --near' },
  ])(
    `seed $seed breaks no promise (npm run chaos -- --seconds ${SECONDS} --seed $seed$near)`,
    async ({ seed, near }) => {
      const { history, violations } = await run({ seconds: SECONDS, seed, isNear: near !== '', isBusy: true });
      if (violations.length > 0) throw new Error(`seed ${seed}\n${report(history, violations)}`);
      expect(history.faults.length).toBeGreaterThan(2);
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

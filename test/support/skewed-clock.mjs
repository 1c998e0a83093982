/** Loaded with --import: the clock of this process is CLOCK_SKEW_MS milliseconds ahead (or behind, if negative). */
const realNow = Date.now;
const skewMs = Number(process.env.CLOCK_SKEW_MS);
Date.now = () => realNow() + skewMs;

globalThis.Date = new Proxy(Date, {
  construct: (target, args) => (args.length === 0 ? new target(target.now()) : new target(...args)),
  apply: (target) => new target(target.now()).toString(),
});

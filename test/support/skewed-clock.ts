/** Arguments of node that give a process the clock of its CLOCK_SKEW_MS, if its environment has one. */
export function clockArguments(env: Record<string, string | undefined>): string[] {
  return env['CLOCK_SKEW_MS'] ? ['--import', new URL('./skewed-clock.mjs', import.meta.url).href] : [];
}

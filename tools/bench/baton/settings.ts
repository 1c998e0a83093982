/** The environment of the Baton programs of the benchmark, parsed as the apps parse theirs. */
import { loadConfig } from '@baton/platform';
import { sessionSettings, toSessionConfig } from '@baton/session';

export const sessionConfig = () => toSessionConfig(loadConfig(sessionSettings));

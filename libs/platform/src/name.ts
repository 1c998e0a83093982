import manifest from '../../../package.json' with { type: 'json' };

/** For cookies, keys and other identifiers; package.json is the one place to change it. */
export const NAME: string = manifest.name;

/** For people. */
export const TITLE: string = manifest.displayName;

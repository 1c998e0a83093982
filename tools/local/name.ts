import manifest from '../../package.json' with { type: 'json' };

/** For folders, databases and users. */
export const NAME: string = manifest.name;

/** For people. */
export const TITLE: string = manifest.displayName;

import manifest from '../../package.json' with { type: 'json' };

/** For machines: folders, databases, users. */
export const NAME: string = manifest.name;

/** For people. */
export const TITLE: string = manifest.displayName;

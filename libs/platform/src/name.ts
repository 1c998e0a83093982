import root from '../../../package.json' with { type: 'json' };

/** The name of the product in machine-readable places: cookie, keys, tokens. Change it in the root package.json. */
export const NAME: string = root.name;
/** The name as people read it. */
export const TITLE: string = root.displayName;

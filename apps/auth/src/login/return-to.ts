/** Where to go after the login. */
export { ownPath as returnTo } from '@baton/platform';

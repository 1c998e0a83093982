export { BearerMiddleware } from './bearer.middleware.ts';
export { type Principal } from './principal.ts';
export { PublicKeys } from './public-keys.ts';
export { tokenSettings } from './token-settings.ts';
export { InvalidTokenError, TokenTerms, TokenVerifier } from './token-verifier.ts';
export { TokensModule } from './tokens.module.ts';

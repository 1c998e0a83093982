import { type DynamicModule, Global, Module } from '@nestjs/common';
import { BearerMiddleware } from './bearer.middleware.ts';
import { PublicKeys } from './public-keys.ts';
import { TokenTerms, TokenVerifier } from './token-verifier.ts';

/** For services that accept tokens: `consumer.apply(BearerMiddleware).forRoutes('api')`. */
@Global()
@Module({})
export class TokensModule {
  static forRoot(terms: TokenTerms): DynamicModule {
    const providers = [PublicKeys, TokenVerifier, BearerMiddleware, { provide: TokenTerms, useValue: terms }];
    return { module: TokensModule, providers, exports: providers };
  }
}

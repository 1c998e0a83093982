import { ProblemException } from '@baton/platform';
import { Injectable, Logger } from '@nestjs/common';
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload } from 'jose';
import * as client from 'openid-client';
import { z } from 'zod';
import { OidcConfig } from './oidc-settings.ts';

/** What a visitor takes to the provider and must bring back. Lives in the session, and is used once. */
export interface Attempt {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly redirectUri: string;
  /** The visitor has to prove again to the provider who it is. */
  readonly isFresh: boolean;
}

/** Whom the provider vouches for. */
export interface Identity {
  /** OIDC_ISSUER, which the token's was compared with. */
  readonly issuer: string;
  readonly subject: string;
  /** The visitor's session at the provider. */
  readonly sid: string | null;
  /** Epoch seconds. */
  readonly issuedAt: number;
  /** A name for a new account. Proves nothing. */
  readonly name: string;
  /** How the provider authenticated the visitor (RFC 8176), if it says so. */
  readonly amr: string[];
}

/** ASCII, at most 255 characters (OpenID Connect Core 1.0, 2). */
const identifier = z.string().regex(/^[\x20-\x7e]{1,255}$/);
export const identifiers = z.object({ sub: identifier, sid: identifier.optional() });
const methods = z.array(z.string().regex(/^\w{1,20}$/)).max(10);

const SCOPE = 'openid profile';
const DISCOVERY_MS = 3600_000;
const RETRY_MS = 10_000;
/** How long ago the visitor may have proved to the provider who it is, for a fresh proof. */
const FRESH_SECONDS = 300;
/** Asymmetric ones: nothing that the client secret or no key at all could sign. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];
export const CLOCK_TOLERANCE_SECONDS = 60;
/** How old a logout token may be. */
export const LOGOUT_SECONDS = 300;

/** The provider, which is asked when a visitor needs it and never while the app starts: passwords work without it. */
@Injectable()
export class IdentityProvider {
  private readonly logger = new Logger('oidc');
  private known: client.Configuration | null = null;
  private discovering: Promise<client.Configuration> | null = null;
  private discoverAgainAt = 0;
  private keys: { uri: string; get: ReturnType<typeof createRemoteJWKSet> } | null = null;

  constructor(private readonly config: OidcConfig) {}

  newAttempt(redirectUri: string, isFresh: boolean): Attempt {
    const [state, nonce, verifier] = [client.randomState(), client.randomNonce(), client.randomPKCECodeVerifier()];
    return { state, nonce, verifier, redirectUri, isFresh };
  }

  /** Where to send the visitor. @throws ProblemException 502 if the provider does not respond. */
  async address({ state, nonce, verifier, redirectUri, isFresh }: Attempt): Promise<string> {
    const configuration = await this.configuration();
    const parameters = {
      redirect_uri: redirectUri,
      scope: SCOPE,
      state,
      nonce,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...(isFresh ? { prompt: 'login', max_age: String(FRESH_SECONDS) } : {}),
    };
    return client.buildAuthorizationUrl(configuration, parameters).href;
  }

  /**
   * @param search the query of the request that the provider sent the visitor back with.
   * @throws ProblemException 400 if the visitor or the provider declined; 502 if the provider cannot be asked or believed.
   */
  async identify(attempt: Attempt, search: string): Promise<Identity> {
    const configuration = await this.configuration();
    const checks = {
      expectedState: attempt.state,
      expectedNonce: attempt.nonce,
      pkceCodeVerifier: attempt.verifier,
      ...(attempt.isFresh ? { maxAge: FRESH_SECONDS } : {}),
    };
    return this.asking(async () => {
      const url = new URL(attempt.redirectUri + search);
      const claims = (await client.authorizationCodeGrant(configuration, url, checks)).claims()!;
      const { sub, sid } = identifiers.parse(claims);
      const amr = methods.catch([]).parse(claims['amr']);
      const name = [claims['preferred_username'], claims['nickname'], claims['name']].find(
        (each): each is string => typeof each === 'string',
      );
      return { issuer: this.config.issuer, subject: sub, sid: sid ?? null, issuedAt: claims.iat, name: name ?? '', amr };
    });
  }

  /**
   * The claims of a token that this provider signed for this client, if it is not too old.
   * @throws ProblemException 400 for any other token; 502 if the provider's keys cannot be fetched.
   */
  async verify(token: string): Promise<JWTPayload> {
    const { issuer, jwks_uri: uri } = (await this.configuration()).serverMetadata();
    if (!uri) throw this.unusable('it publishes no keys');
    return this.asking(async () => {
      const { payload } = await jwtVerify(token, this.keysAt(uri), {
        issuer,
        audience: this.config.clientId,
        algorithms: ALGORITHMS,
        maxTokenAge: LOGOUT_SECONDS,
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
      });
      return payload;
    });
  }

  /** Cached; a key that is not in the cache is asked for at most every 30 s, whoever invents one. */
  private keysAt(uri: string) {
    const timeoutDuration = this.config.timeoutSeconds * 1000;
    if (this.keys?.uri !== uri) this.keys = { uri, get: createRemoteJWKSet(new URL(uri), { timeoutDuration }) };
    return this.keys.get;
  }

  /** What was known stays in use while the provider does not respond. */
  private async configuration(): Promise<client.Configuration> {
    if (this.known && performance.now() < this.discoverAgainAt) return this.known;
    this.discovering ??= this.discover().finally(() => (this.discovering = null));
    try {
      this.known = await this.discovering;
      this.discoverAgainAt = performance.now() + DISCOVERY_MS;
    } catch (error) {
      this.discoverAgainAt = performance.now() + RETRY_MS;
      if (!this.known) throw error;
    }
    return this.known;
  }

  private discover(): Promise<client.Configuration> {
    const { issuer, clientId, clientSecret, timeoutSeconds: timeout } = this.config;
    const execute = [client.enableNonRepudiationChecks, ...(issuer.startsWith('http:') ? [client.allowInsecureRequests] : [])];
    return this.asking(() => client.discovery(new URL(issuer), clientId, clientSecret, undefined, { execute, timeout }));
  }

  /** The one place where an error of the provider becomes a problem. Messages of libraries go to the log only. */
  private async asking<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof client.AuthorizationResponseError) throw this.declined(error.error);
      if (error instanceof client.ResponseBodyError && error.error === 'invalid_grant') throw this.declined(error.error);
      if (isTokenRefused(error)) throw invalidToken();
      throw this.unusable(describe(error));
    }
  }

  private declined(reason: string): ProblemException {
    const { name } = this.config;
    const detail =
      reason === 'access_denied'
        ? `You or ${name} have cancelled this.`
        : `${name} did not confirm who you are. Please try again.`;
    return new ProblemException(400, { title: 'Not confirmed', detail });
  }

  private unusable(reason: string): ProblemException {
    const { name } = this.config;
    this.logger.warn({ msg: 'provider unusable', reason });
    const detail = `${name} does not respond as it should. Please try again later, or sign in with your password.`;
    return new ProblemException(502, { title: `${name} is unavailable`, detail });
  }
}

/** As OpenID Connect Back-Channel Logout 1.0, 2.8 wants it, in a problem document. */
export const invalidToken = () =>
  new ProblemException(400, {
    title: 'Invalid logout token',
    error: 'invalid_request',
    error_description: 'Invalid logout token.',
  });

/** The token itself is wrong. Otherwise the keys could not be fetched. */
const isTokenRefused = (error: unknown): boolean => error instanceof errors.JOSEError && !OF_KEYS.has(error.code);
const OF_KEYS = new Set(['ERR_JOSE_GENERIC', errors.JWKSTimeout.code, errors.JWKSInvalid.code]);

function describe(error: unknown): string {
  const { code, message } = error as Error & { code?: string };
  return code ? `${code}: ${message}` : message;
}

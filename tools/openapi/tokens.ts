import { z } from 'zod';
import { json, type Operations, refusal } from './operation.ts';

const token = z.object({ token: z.string(), tokenType: z.literal('Bearer'), expiresInSeconds: z.int().min(1) });
const key = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string(),
  kid: z.string(),
  alg: z.literal('EdDSA'),
  use: z.literal('sig'),
});

export const tokenOperations: Operations = {
  'POST /auth/token': {
    summary: 'A short-lived token for calls to services in the name of the caller',
    needs: 'user',
    answers: [json('The token', token), refusal(401, 'Not signed in')],
  },
  'GET /auth/.well-known/jwks.json': {
    summary: 'The public keys that verify tokens',
    answers: [json('A JWK set (RFC 7517)', z.object({ keys: z.array(key) }), 200, 'application/jwk-set+json')],
  },
};

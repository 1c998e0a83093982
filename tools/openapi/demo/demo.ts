import { z } from 'zod';
import { faultInput } from '../../../apps/portal/src/demo/cluster/fault-input.ts';
import { itemBody, itemForm, sku } from '../../../apps/portal/src/demo/shop/cart-input.ts';
import {
  form,
  INVALID,
  json,
  jsonBody,
  nothing,
  type Operations,
  page,
  redirect,
  refusal,
  TOO_MANY_SESSIONS,
} from '../operation.ts';
import { when } from '../schemas.ts';

const cart = z.object({ items: z.array(z.object({ sku, quantity: z.int().min(1) })) });
const ENDED = refusal(401, 'The session of the cookie has ended');
const FULL = refusal(409, 'The cart is full');

const shop: Operations = {
  'GET /catalogue': { summary: 'The shop', query: { added: sku }, answers: [page('The page')] },
  'GET /cart': { summary: 'The cart as a page', answers: [page('The page')] },
  'POST /cart/items': {
    summary: 'Add to the cart, for forms',
    body: form(itemForm, { sku: 'race-bib', quantity: 1 }),
    answers: [redirect('Added'), INVALID, ENDED, FULL, TOO_MANY_SESSIONS],
  },
  'POST /cart/items/{sku}/remove': {
    summary: 'Take out of the cart, for forms',
    path: { sku },
    answers: [redirect('Taken out'), INVALID, ENDED],
  },
  'GET /api/cart': { summary: 'The cart of the caller, signed in or not', answers: [json('The cart', cart), ENDED] },
  'POST /api/cart/items': {
    summary: 'Add to the cart',
    body: jsonBody(itemBody, { sku: 'race-bib', quantity: 1 }),
    answers: [json('The cart', cart), INVALID, ENDED, FULL, TOO_MANY_SESSIONS],
  },
  'DELETE /api/cart/items/{sku}': {
    summary: 'Take out of the cart',
    path: { sku },
    answers: [json('The cart', cart), INVALID, ENDED],
  },
};

const explanations: Operations = {
  'GET /how-it-works': { summary: 'How a session outlives its server', answers: [page('The page')] },
  'GET /how-it-works/topologies': { summary: 'Where to keep a session', answers: [page('The page')] },
  'GET /cluster': { summary: 'The replicas; with DEMO for everybody, else for administrators', answers: [page('The page')] },
  'POST /cluster/orders': {
    summary: 'Cause a fault',
    needs: 'user',
    body: form(faultInput, { kind: 'replica', instance: 'portal-1', action: 'stop' }),
    answers: [nothing('Sent'), redirect('Sent, for people'), INVALID, refusal(401, 'Not signed in')],
  },
};

const servedBy = z.object({ app: z.string(), replica: z.string(), version: z.string() });

/** Sessions in the memory of one replica: the counter-example. With DEMO only. */
const memorySessions: Operations = {
  'POST /api/memory/login': {
    summary: 'Make a session in the memory of this replica',
    needs: 'user',
    answers: [json('Made', z.object({ user: z.string(), livesIn: z.string() }), 201), refusal(401, 'Not signed in')],
  },
  'GET /api/memory/session': {
    summary: 'The session in the memory of this replica',
    answers: [
      json(
        'The session',
        z.object({ user: z.string(), createdAt: when, livesIn: z.string(), servedBy, store: z.literal('memory') }),
      ),
      refusal(401, 'This replica has no such session'),
    ],
  },
};

export const demoOperations: Operations = { ...shop, ...explanations, ...memorySessions };

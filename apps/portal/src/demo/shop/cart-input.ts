import { z } from 'zod';

const MOST_AT_ONCE = 1_000_000;

export const sku = z.string().regex(/^[a-z0-9-]{1,40}$/, '1 to 40 characters of a-z, 0-9 and -');

const quantity = z.number().int().min(1).max(MOST_AT_ONCE);

export const itemBody = z.object({ sku, quantity: quantity.default(1) });

/** Forms send text. */
export const itemForm = z.object({ sku, quantity: z.coerce.number().pipe(quantity).default(1) });

import { wholeNumber } from '@baton/platform';
import { z } from 'zod';

/** How many event streams one replica keeps open at a time. A stream needs about 120 KiB of memory. */
export const eventSettings = {
  EVENT_STREAMS: wholeNumber(1000, 1),
  /** Every visible tab has one. */
  EVENT_STREAMS_PER_SESSION: wholeNumber(10, 1),
  /** Higher, because many people can share an address. */
  EVENT_STREAMS_PER_ADDRESS: wholeNumber(100, 1),
};

export type EventSettings = z.infer<z.ZodObject<typeof eventSettings>>;
export const EventSettings = Symbol('EventSettings');

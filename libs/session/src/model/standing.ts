/** A store was in use beside the other one if it was at most this long before the other's last beat, in milliseconds. */
export const IN_USE_MS = 2000;

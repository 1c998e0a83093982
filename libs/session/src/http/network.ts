import { isIPv6 } from 'node:net';

/** Whom limits per address count: the owner of an IPv6 address usually has its whole /64. */
export function networkOf(address: string): string {
  if (!isIPv6(address) || address.startsWith('::ffff:')) return address;
  const [head = '', tail] = address.split('::');
  const groups = tail === undefined ? head.split(':') : [...head.split(':'), ...Array<string>(8).fill('0')];
  return groups.slice(0, 4).join(':');
}

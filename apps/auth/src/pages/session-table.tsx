import type { OpenSession } from '../devices/open-session.ts';

/** @param endAddress of the form that ends a session. */
export const SessionTable = (props: { sessions: OpenSession[]; endAddress: (publicId: string) => string }) => (
  <table>
    <thead>
      <tr>
        <th scope="col">Device</th>
        <th scope="col">Address</th>
        <th scope="col">Signed in</th>
        <th scope="col">Last seen</th>
        <th scope="col">
          <span class="hidden-visually">End</span>
        </th>
      </tr>
    </thead>
    <tbody>
      {props.sessions.map((session) => (
        <Row key={session.publicId} session={session} endAddress={props.endAddress(session.publicId)} />
      ))}
    </tbody>
  </table>
);

const Row = ({ session, endAddress }: { session: OpenSession; endAddress: string }) => (
  <tr data-session={session.publicId}>
    <td>{browserName(session.device.userAgent)}</td>
    <td>{session.device.ip ?? 'unknown'}</td>
    <td>
      {time(session.createdAt)}
      <div class="muted">
        until {time(session.expiresAt)}, or {duration(session.idleSeconds)} without use
      </div>
    </td>
    <td>{time(session.lastSeenAt)}</td>
    <td>{session.current ? <strong>this device</strong> : <EndForm address={endAddress} />}</td>
  </tr>
);

const EndForm = ({ address }: { address: string }) => (
  <form method="post" action={address}>
    <button class="button quiet small">Sign out</button>
  </form>
);

export const time = (iso: string) => <time dateTime={iso}>{`${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`}</time>;

const UNITS = [
  [86_400, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
] as const;

/** In the largest unit that gives a whole number. */
function duration(seconds: number): string {
  const [length, unit] = UNITS.find(([each]) => seconds % each === 0)!;
  const count = seconds / length;
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

const BROWSERS = [
  ['Edg/', 'Edge'],
  ['Firefox/', 'Firefox'],
  ['Chrome/', 'Chrome'],
  ['Safari/', 'Safari'],
  ['curl/', 'curl'],
] as const;
const SYSTEMS = [
  ['Android', 'Android'],
  ['iPhone', 'iPhone'],
  ['iPad', 'iPad'],
  ['Windows', 'Windows'],
  ['Mac OS', 'macOS'],
  ['Linux', 'Linux'],
] as const;

/** Enough to recognise one's own device; no parser knows them all. */
function browserName(userAgent: string | null): string {
  const find = (names: readonly (readonly [string, string])[]) => names.find(([sign]) => userAgent?.includes(sign))?.[1];
  const [browser, system] = [find(BROWSERS), find(SYSTEMS)];
  return browser && system ? `${browser} on ${system}` : (browser ?? system ?? userAgent?.slice(0, 40) ?? 'unknown');
}

import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

const FLAGS = { present: 1, verified: 4, backupEligible: 8, backedUp: 16, attested: 64 };

/** What an authenticator or a browser does wrong. */
export interface Wrong {
  origin?: string;
  rpId?: string;
  challenge?: string;
  type?: string;
  verified?: boolean;
  backupEligible?: boolean;
  counter?: number;
  userHandle?: string;
  privateKey?: KeyObject;
}

interface Options {
  challenge: string;
  user?: { id: string };
}

/** An authenticator and its browser in software, with one ES256 passkey, which is synchronized (WebAuthn 6.1, 6.5; CTAP2's CBOR). */
export class Authenticator {
  readonly id = randomBytes(16);
  readonly keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  counter = 0;
  private userHandle = '';

  constructor(readonly origin: string) {}

  /** RegistrationResponseJSON */
  create({ challenge, user }: Options, wrong: Wrong = {}) {
    this.userHandle = user!.id;
    const authData = Buffer.concat([
      this.head(FLAGS.attested, wrong),
      Buffer.alloc(16),
      length(this.id),
      this.id,
      this.publicKey(),
    ]);
    const attestation = [text('fmt'), text('none'), text('attStmt'), Buffer.of(0xa0), text('authData'), bytes(authData)];
    return this.credential({
      clientDataJSON: base64url(this.clientData('webauthn.create', challenge, wrong)),
      attestationObject: base64url(Buffer.concat([Buffer.of(0xa3), ...attestation])),
      transports: ['internal'],
    });
  }

  /** AuthenticationResponseJSON */
  get({ challenge }: Options, wrong: Wrong = {}) {
    const clientData = this.clientData('webauthn.get', challenge, wrong);
    const authData = this.head(0, wrong);
    const signed = Buffer.concat([authData, sha256(clientData)]);
    return this.credential({
      clientDataJSON: base64url(clientData),
      authenticatorData: base64url(authData),
      signature: base64url(sign('sha256', signed, wrong.privateKey ?? this.keys.privateKey)),
      userHandle: wrong.userHandle ?? this.userHandle,
    });
  }

  private credential<T>(response: T) {
    const id = base64url(this.id);
    return { id, rawId: id, type: 'public-key', response, clientExtensionResults: {}, authenticatorAttachment: 'platform' };
  }

  private clientData(type: string, challenge: string, wrong: Wrong): Buffer {
    const { origin } = this;
    return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false, ...pick(wrong) }));
  }

  private head(extra: number, { rpId, verified = true, backupEligible = true, counter = this.counter }: Wrong): Buffer {
    const backup = backupEligible ? FLAGS.backupEligible | FLAGS.backedUp : 0;
    const head = Buffer.alloc(37);
    sha256(rpId ?? new URL(this.origin).hostname).copy(head);
    head[32] = FLAGS.present | (verified ? FLAGS.verified : 0) | backup | extra;
    head.writeUInt32BE(counter, 33);
    return head;
  }

  /** COSE_Key: EC2, ES256, P-256. */
  private publicKey(): Buffer {
    const { x, y } = this.keys.publicKey.export({ format: 'jwk' });
    const [start, middle] = [Buffer.from('a5010203262001215820', 'hex'), Buffer.from('225820', 'hex')];
    return Buffer.concat([start, Buffer.from(x!, 'base64url'), middle, Buffer.from(y!, 'base64url')]);
  }
}

const pick = ({ origin, challenge, type }: Wrong) => ({
  ...(origin && { origin }),
  ...(challenge && { challenge }),
  ...(type && { type }),
});
const base64url = (data: Buffer): string => data.toString('base64url');
const sha256 = (data: Buffer | string): Buffer => createHash('sha256').update(data).digest();
const text = (value: string): Buffer => Buffer.concat([Buffer.of(0x60 + value.length), Buffer.from(value)]);
const bytes = (value: Buffer): Buffer => Buffer.concat([Buffer.of(0x59), length(value), value]);

function length(value: Buffer): Buffer {
  const result = Buffer.alloc(2);
  result.writeUInt16BE(value.length);
  return result;
}

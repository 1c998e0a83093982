/** Loaded when somebody first uses a passkey: certificates and encodings take 0.2 s of a start, and most starts never need them. */
export const webAuthn = () => import('@simplewebauthn/server');

import { WebAuthnError } from '@simplewebauthn/browser';
import { Refusal } from './send.ts';

/** An empty text hides the message. */
export function say(text: string): void {
  const box = document.querySelector<HTMLElement>('[data-passkey-message]')!;
  box.hidden = text === '';
  box.textContent = text;
}

export const wasAborted = (error: unknown): boolean => error instanceof WebAuthnError && error.code === 'ERROR_CEREMONY_ABORTED';

/** What to tell a person about an error of the browser or the server. */
export function explain(error: unknown): string {
  if (error instanceof Refusal) return error.message;
  const code = error instanceof WebAuthnError ? error.code : '';
  if (code === 'ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED') return 'This device already has a passkey for your account.';
  if (code === 'ERROR_INVALID_DOMAIN' || code === 'ERROR_INVALID_RP_ID')
    return 'Passkeys of this site do not work at this address. Open the site at its usual address.';
  return 'No passkey was chosen. Try again.';
}

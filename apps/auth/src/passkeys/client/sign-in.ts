import {
  browserSupportsWebAuthnAutofill,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
} from '@simplewebauthn/browser';
import { explain, say, wasAborted } from './message.ts';
import { Refusal, send } from './send.ts';

const PATH = '/auth/passkeys/sign-in';

/** Offers passkeys among the suggestions of the user name's field, and with a button. */
export class SignInWithPasskey {
  /** A session has one challenge, so a later attempt ends an earlier one. */
  private attempts = 0;
  private readonly button: HTMLButtonElement;

  constructor(root: HTMLElement) {
    this.button = root.querySelector('button')!;
  }

  async offer(): Promise<void> {
    this.button.hidden = false;
    this.button.addEventListener('click', () => void this.attempt(false));
    if (await browserSupportsWebAuthnAutofill()) await this.suggest();
  }

  private suggest(): Promise<void> {
    document.querySelector('input[autocomplete^="username"]')?.setAttribute('autocomplete', 'username webauthn');
    return this.attempt(true);
  }

  private async attempt(useBrowserAutofill: boolean): Promise<void> {
    const attempt = ++this.attempts;
    if (!useBrowserAutofill) say('');
    let isChosen = false;
    try {
      const optionsJSON = await send<PublicKeyCredentialRequestOptionsJSON>(`${PATH}/options`);
      if (attempt !== this.attempts) return;
      const response = await startAuthentication({ optionsJSON, useBrowserAutofill });
      isChosen = true;
      const to = document.querySelector<HTMLInputElement>('input[name="to"]')?.value;
      location.assign((await send<{ to: string }>(PATH, { response, to })).to);
    } catch (error) {
      if (attempt !== this.attempts || wasAborted(error)) return;
      // Suggestions that the browser or the server cannot make are no news to somebody who types a password.
      if (isChosen || !useBrowserAutofill) say(explain(error));
      if (isChosen && error instanceof Refusal) await this.suggest();
    }
  }
}

import {
  browserSupportsWebAuthnAutofill,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
} from '@simplewebauthn/browser';
import { explain, say, wasAborted } from './message.ts';
import { Refusal, send } from './send.ts';

/** Offers passkeys with a button and, where the page says so, among the suggestions of the user name's field. */
export class UsePasskey {
  /** A session has one challenge, so a later attempt ends an earlier one. */
  private attempts = 0;

  constructor(private readonly root: HTMLElement) {}

  async offer(): Promise<void> {
    const button = this.root.querySelector('button')!;
    button.hidden = false;
    button.addEventListener('click', () => void this.attempt(false));
    await this.suggest();
  }

  private async suggest(): Promise<void> {
    if (!('passkeySuggest' in this.root.dataset) || !(await browserSupportsWebAuthnAutofill())) return;
    document.querySelector('input[autocomplete^="username"]')?.setAttribute('autocomplete', 'username webauthn');
    await this.attempt(true);
  }

  private async attempt(useBrowserAutofill: boolean): Promise<void> {
    const attempt = ++this.attempts;
    const path = this.root.dataset['passkeyUse']!;
    if (!useBrowserAutofill) say('');
    let isChosen = false;
    try {
      const optionsJSON = await send<PublicKeyCredentialRequestOptionsJSON>(`${path}/options`);
      if (attempt !== this.attempts) return;
      const response = await startAuthentication({ optionsJSON, useBrowserAutofill });
      isChosen = true;
      const to = document.querySelector<HTMLInputElement>('input[name="to"]')?.value;
      location.assign((await send<{ to: string }>(path, { response, to })).to);
    } catch (error) {
      if (attempt !== this.attempts || wasAborted(error)) return;
      // Suggestions that the browser or the server cannot make are no news to somebody who types a password.
      if (isChosen || !useBrowserAutofill) say(explain(error));
      if (isChosen && error instanceof Refusal) await this.suggest();
    }
  }
}

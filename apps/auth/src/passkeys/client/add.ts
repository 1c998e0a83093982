import { type PublicKeyCredentialCreationOptionsJSON, startRegistration } from '@simplewebauthn/browser';
import { explain, say } from './message.ts';
import { Refusal, send } from './send.ts';

const PATH = '/auth/passkeys';

export function addPasskey(form: HTMLFormElement): void {
  form.hidden = false;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void add((form.elements.namedItem('name') as HTMLInputElement).value);
  });
}

async function add(name: string): Promise<void> {
  say('');
  try {
    const optionsJSON = await send<PublicKeyCredentialCreationOptionsJSON>(`${PATH}/options`);
    const response = await startRegistration({ optionsJSON });
    await send(PATH, { name, response });
    location.assign(PATH);
  } catch (error) {
    if (error instanceof Refusal && error.type.endsWith(':reauthenticate')) location.assign(`/auth/reauthenticate?to=${PATH}`);
    else say(explain(error));
  }
}

import { browserSupportsWebAuthn } from '@simplewebauthn/browser';
import { addPasskey } from './client/add.ts';
import { say } from './client/message.ts';
import { UsePasskey } from './client/use.ts';

const form = document.querySelector<HTMLFormElement>('form[data-passkey-add]');
const use = document.querySelector<HTMLElement>('[data-passkey-use]');

if (!browserSupportsWebAuthn()) {
  // The login page works without passkeys.
  if (form || use?.dataset['passkeySuggest'] === undefined) say('This browser does not support passkeys.');
} else {
  if (form) addPasskey(form);
  if (use) void new UsePasskey(use).offer();
}

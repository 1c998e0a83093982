import { browserSupportsWebAuthn } from '@simplewebauthn/browser';
import { addPasskey } from './client/add.ts';
import { say } from './client/message.ts';
import { SignInWithPasskey } from './client/sign-in.ts';

const form = document.querySelector<HTMLFormElement>('form[data-passkey-add]');
const signIn = document.querySelector<HTMLElement>('[data-passkey-sign-in]');

if (!browserSupportsWebAuthn()) {
  if (form) say('This browser does not support passkeys.');
} else {
  if (form) addPasskey(form);
  if (signIn) void new SignInWithPasskey(signIn).offer();
}

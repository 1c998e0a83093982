import type { CDPSession, Page } from 'playwright-core';

/** Chromium's virtual authenticator; each has keys of its own, and answers as soon as it is asked. */
export class Device {
  private constructor(
    private readonly cdp: CDPSession,
    private readonly authenticatorId: string,
  ) {}

  static async plugIn(page: Page, transport: 'internal' | 'usb' = 'internal'): Promise<Device> {
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('WebAuthn.enable');
    const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport,
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    return new Device(cdp, authenticatorId);
  }

  async keys() {
    const { authenticatorId } = this;
    return (await this.cdp.send('WebAuthn.getCredentials', { authenticatorId })).credentials;
  }

  /** The keys, for another device to have. */
  async unplug() {
    const { authenticatorId } = this;
    const keys = await this.keys();
    await this.cdp.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
    return keys;
  }

  async have(keys: Awaited<ReturnType<Device['keys']>>): Promise<void> {
    const { authenticatorId } = this;
    for (const credential of keys) await this.cdp.send('WebAuthn.addCredential', { authenticatorId, credential });
  }
}

import { Site } from '@baton/ui';
import { Injectable, type Provider, type Type } from '@nestjs/common';
import { AddressController } from './address/address.controller.ts';
import { MailAddresses } from './address/mail-addresses.ts';
import { MailLinks } from './links.ts';
import { MailLimits } from './mail-limits.ts';
import { MailConfig, type MailSettings, toMailConfig } from './mail-settings.ts';
import { NewDevices } from './notices/new-devices.ts';
import { Notices } from './notices/notices.ts';
import { RecoveryController } from './recovery/recovery.controller.ts';
import { Recovery } from './recovery/recovery.ts';
import { Delivery } from './sending/delivery.ts';
import { Mailer } from './sending/mailer.ts';
import { Outbox } from './sending/outbox.ts';

/** Adds the links to pages of the other features. */
@Injectable()
class MailLinksOnPages {
  constructor(site: Site) {
    site.accountLinks.push({ href: '/auth/mail', label: () => 'Mail address' });
    site.signInLinks.push({ href: '/auth/recovery', label: () => 'Forgot your password?' });
  }
}

/** Parts of the auth module rather than a module: they use its accounts, throttle and audit log. Empty without SMTP_URL. */
export const mailControllers = ({ SMTP_URL }: MailSettings): Type[] => (SMTP_URL ? [AddressController, RecoveryController] : []);

export function mailProviders(settings: MailSettings): Provider[] {
  const config = toMailConfig(settings);
  if (!config) return [];
  const known = { provide: MailConfig, useValue: config };
  return [known, Outbox, Mailer, Delivery, MailLinks, MailLimits, MailAddresses, Recovery, NewDevices, Notices, MailLinksOnPages];
}

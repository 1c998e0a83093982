import { CreateAuditLog1763600200000 } from './audit/create-audit-log.migration.ts';
import { CreateThrottle1763600100000 } from './login/create-throttle.migration.ts';
import { CreateKnownDevices1795300100000 } from './mail/notices/create-known-devices.migration.ts';
import { CreateMail1795300000000 } from './mail/create-mail.migration.ts';
import { CreateOidc1795420000000 } from './oidc/create-oidc.migration.ts';
import { CreateForgetInAuditLog1795410000000 } from './own-data/create-forget-in-audit-log.migration.ts';
import { CreatePasskeys1795400000000 } from './passkeys/create-passkeys.migration.ts';
import { CreateTokenKeys1763600300000 } from './tokens/create-token-keys.migration.ts';
import { CreateTotp1795310000000 } from './totp/create-totp.migration.ts';
import { CreateNotes1764100000000 } from '../../portal/src/notes/create-notes.migration.ts';
import { CreateUsers1763600000000 } from './users/create-users.migration.ts';

/** All migrations of the apps by name: a bundle has no folder to search. */
export const migrations = [
  CreateUsers1763600000000,
  CreateThrottle1763600100000,
  CreateAuditLog1763600200000,
  CreateTokenKeys1763600300000,
  CreateNotes1764100000000,
  CreateMail1795300000000,
  CreateKnownDevices1795300100000,
  CreateTotp1795310000000,
  CreatePasskeys1795400000000,
  CreateForgetInAuditLog1795410000000,
  CreateOidc1795420000000,
];

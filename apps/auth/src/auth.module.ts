import { Readiness, sendProblem } from '@baton/platform';
import { registerStoreMetrics, SessionModule, StoreHealth, type SessionConfig } from '@baton/session';
import { PagesModule, type Site } from '@baton/ui';
import { type DynamicModule, Module } from '@nestjs/common';
import { PassportModule } from '@nestjs/passport';
import { Registry } from 'prom-client';
import { AccountController } from './account/account.controller.ts';
import { Account } from './account/account.ts';
import { RegisterController } from './account/register.controller.ts';
import { StepUp } from './account/step-up.ts';
import { AdminController } from './admin/admin.controller.ts';
import { Administration } from './admin/administration.ts';
import { AuditLog } from './audit/audit-log.ts';
import { SessionAudit } from './audit/session-audit.ts';
import { AuthSettings } from './auth-settings.ts';
import { DemoModule } from './demo/demo.module.ts';
import { mailControllers, mailProviders } from './mail/mail.ts';
import { oidcControllers, oidcProviders } from './oidc/oidc.ts';
import { OwnDataController } from './own-data/own-data.controller.ts';
import { OwnData } from './own-data/own-data.ts';
import { passkeyControllers, passkeyProviders } from './passkeys/passkey-parts.ts';
import { DevicesController } from './devices/devices.controller.ts';
import { KnownDevices } from './devices/known-devices.ts';
import { Authenticator } from './login/authenticator.ts';
import { Digests } from './login/digests.ts';
import { Assurance } from './login/assurance.ts';
import { HashQueue } from './login/hash-queue.ts';
import { LocalStrategy } from './login/local.strategy.ts';
import { LoginController } from './login/login.controller.ts';
import { SecondFactorController } from './login/second-factor.controller.ts';
import { SecondFactors } from './login/second-factors.ts';
import { SecondStep } from './login/second-step.ts';
import { SignIn } from './login/sign-in.ts';
import { Throttle } from './login/throttle.ts';
import { SealedBox } from './secrets/sealed-box.ts';
import { SigningKeys } from './tokens/signing-keys.ts';
import { isKeySet, TokensController } from './tokens/tokens.controller.ts';
import { totpControllers, totpProviders } from './totp/parts.ts';
import { BreachedPasswords } from './users/breached-passwords.ts';
import { User } from './users/user.entity.ts';
import { Users } from './users/users.ts';

export interface AuthOptions {
  readonly settings: AuthSettings;
  readonly sessions: SessionConfig;
  readonly site: Site;
}

@Module({
  imports: [PassportModule.register({ session: false })],
  controllers: [
    LoginController,
    SecondFactorController,
    RegisterController,
    AccountController,
    DevicesController,
    AdminController,
    TokensController,
    OwnDataController,
  ],
  providers: [
    Users,
    BreachedPasswords,
    Authenticator,
    Throttle,
    HashQueue,
    KnownDevices,
    LocalStrategy,
    SecondFactors,
    SecondStep,
    Assurance,
    SignIn,
    StepUp,
    Account,
    AuditLog,
    SessionAudit,
    SigningKeys,
    Administration,
    OwnData,
  ],
})
export class AuthModule {
  constructor(readiness: Readiness, stores: StoreHealth, registry: Registry) {
    registerStoreMetrics(registry, stores);
    readiness.add('sessions', () => stores.ready);
  }

  static forRoot({ settings, sessions, site }: AuthOptions): DynamicModule {
    return {
      module: AuthModule,
      imports: [
        SessionModule.forRoot(sessions, { entities: [User], fail: sendProblem, exclude: isKeySet }),
        PagesModule.forRoot(site),
        DemoModule.forRoot(settings),
      ],
      controllers: [
        ...mailControllers(settings),
        ...totpControllers,
        ...passkeyControllers(settings),
        ...oidcControllers(settings),
      ],
      providers: [
        ...mailProviders(settings),
        ...totpProviders,
        ...passkeyProviders(settings),
        ...oidcProviders(settings),
        { provide: AuthSettings, useValue: settings },
        { provide: Digests, useValue: new Digests(sessions.peppers) },
        { provide: SealedBox, useValue: new SealedBox(sessions.secrets) },
      ],
    };
  }
}

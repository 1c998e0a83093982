import { Draining } from '@baton/platform';
import { type DynamicModule, type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { CountRequests } from './count-requests.ts';
import { FaultCommands } from './fault-commands.ts';
import { Membership } from './membership.ts';
import { RedisMembership } from './redis-membership.ts';
import { type Identity, Self } from './self.ts';
import { servedBy, ServedByGuard } from './served-by.ts';

/** Membership of replicas and fault commands, for the live view. Sessions do not depend on it. */
@Module({})
export class ClusterModule implements NestModule {
  constructor(private readonly self: Self) {}

  static forRoot(identity: Identity): DynamicModule {
    return {
      module: ClusterModule,
      providers: [
        { provide: Self, useFactory: (draining: Draining) => new Self(identity, draining), inject: [Draining] },
        { provide: RedisMembership, useValue: new RedisMembership('baton:cluster:replicas') },
        { provide: APP_GUARD, useClass: ServedByGuard },
        FaultCommands,
        Membership,
      ],
      exports: [Membership, FaultCommands, Self],
    };
  }

  configure(consumer: MiddlewareConsumer): void {
    const { demo, replica } = this.self.identity;
    if (demo) consumer.apply(servedBy(replica)).forRoutes('/');
    consumer.apply(CountRequests).exclude('health/*path', 'metrics').forRoutes('{*path}');
  }
}

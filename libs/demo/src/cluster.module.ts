import { Draining } from '@baton/platform';
import { type DynamicModule, type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common';
import { CountRequests } from './count-requests.ts';
import { FaultCommands } from './fault-commands.ts';
import { Membership } from './membership.ts';
import { RedisMembership } from './redis-membership.ts';
import { type Identity, Self } from './self.ts';

/** Membership of replicas and fault commands, for the live view. Sessions do not depend on it. */
@Module({})
export class ClusterModule implements NestModule {
  static forRoot(identity: Identity): DynamicModule {
    return {
      module: ClusterModule,
      providers: [
        { provide: Self, useFactory: (draining: Draining) => new Self(identity, draining), inject: [Draining] },
        { provide: RedisMembership, useValue: new RedisMembership('baton:cluster:replicas') },
        FaultCommands,
        Membership,
      ],
      exports: [Membership, FaultCommands, Self],
    };
  }

  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(CountRequests).exclude('health/*path', 'metrics').forRoutes('{*path}');
  }
}

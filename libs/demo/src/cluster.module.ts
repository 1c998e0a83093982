import { Draining } from '@baton/platform';
import { type DynamicModule, type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common';
import { CountRequests } from './count-requests.ts';
import { Faults } from './faults.ts';
import { RedisRoll } from './redis-roll.ts';
import { RollCall } from './roll-call.ts';
import { type Identity, Self } from './self.ts';

/** Lets replicas know of each other, for the live view and the fault buttons. Nothing about sessions depends on it. */
@Module({})
export class ClusterModule implements NestModule {
  static forRoot(identity: Identity): DynamicModule {
    return {
      module: ClusterModule,
      providers: [
        { provide: Self, useFactory: (draining: Draining) => new Self(identity, draining), inject: [Draining] },
        { provide: RedisRoll, useValue: new RedisRoll('baton:cluster:replicas') },
        Faults,
        RollCall,
      ],
      exports: [RollCall, Faults, Self],
    };
  }

  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(CountRequests).exclude('health/*path', 'metrics').forRoutes('{*path}');
  }
}

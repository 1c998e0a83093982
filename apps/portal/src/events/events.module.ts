import { type DynamicModule, Global, Module } from '@nestjs/common';
import { EventSettings } from './event-settings.ts';
import { EventSources } from './event-sources.ts';
import { EventsController } from './events.controller.ts';
import { StreamLimits } from './stream-limits.ts';

@Global()
@Module({})
export class EventsModule {
  static forRoot(settings: EventSettings): DynamicModule {
    return {
      module: EventsModule,
      controllers: [EventsController],
      providers: [EventSources, StreamLimits, { provide: EventSettings, useValue: settings }],
      exports: [EventSources],
    };
  }
}

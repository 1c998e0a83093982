import { Global, Module } from '@nestjs/common';
import { EventSources } from './event-sources.ts';
import { EventsController } from './events.controller.ts';

@Global()
@Module({ controllers: [EventsController], providers: [EventSources], exports: [EventSources] })
export class EventsModule {}

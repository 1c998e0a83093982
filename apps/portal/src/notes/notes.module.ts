import { Site } from '@baton/ui';
import { Module } from '@nestjs/common';
import { NotesController } from './notes.controller.tsx';
import { Notes } from './notes.ts';

declare module 'express-session' {
  interface SessionData {
    notesAdded: number;
  }
}

@Module({ controllers: [NotesController], providers: [Notes] })
export class NotesModule {
  constructor(site: Site) {
    site.navigation.push({
      href: '/notes',
      label: () => 'Notes',
      badge: ({ notesAdded: count = 0 }) => (count > 0 ? { count, label: `${count} added in this session` } : null),
    });
  }
}

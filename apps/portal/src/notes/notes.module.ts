import { Module } from '@nestjs/common';
import { NotesController } from './notes.controller.tsx';

@Module({ controllers: [NotesController] })
export class NotesModule {}

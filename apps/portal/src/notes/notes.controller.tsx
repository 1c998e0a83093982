import { parse, prefersPage } from '@baton/platform';
import { SessionGuard, Sessions } from '@baton/session';
import { Pages } from '@baton/ui';
import { Body, Controller, Get, Post, Req, Res, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { Notes } from './notes.ts';
import { NotesView } from './notes.view.tsx';

const noteBody = z.object({ text: z.string().trim().min(1).max(1000) });

/** Pages and forms for people, JSON for programs. */
@Controller('notes')
@UseGuards(SessionGuard)
export class NotesController {
  constructor(
    private readonly notes: Notes,
    private readonly sessions: Sessions,
    private readonly pages: Pages,
  ) {}

  @Get()
  async list(@Req() request: Request, @Res() response: Response): Promise<void> {
    const notes = await this.notes.list(request.session.user!.id);
    if (!prefersPage(request)) response.json({ notes });
    else response.type('html').send(this.pages.render(request, { title: 'Notes' }, () => <NotesView notes={notes} />));
  }

  @Post()
  async add(@Req() request: Request, @Res() response: Response, @Body() body: unknown): Promise<void> {
    const { text } = parse(noteBody, body);
    await this.notes.add(request.session.user!.id, text);
    await this.sessions.update(request, (session) => ({ ...session, notesAdded: (session.notesAdded ?? 0) + 1 }));
    if (prefersPage(request)) response.redirect(303, '/notes');
    else response.status(201).json({ text });
  }
}

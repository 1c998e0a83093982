import { parse, prefersPage } from '@baton/platform';
import { Database, SessionGuard, Sessions, StoreUnavailableError } from '@baton/session';
import { Pages } from '@baton/ui';
import { Controller, Get, Inject, Post, Req, Res, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { type Note, NotesView } from './notes.view.tsx';

declare module 'express-session' {
  interface SessionData {
    notesAdded: number;
  }
}

export const noteBody = z.object({ text: z.string().trim().min(1).max(1000) });

/** Pages and forms for people, JSON for programs. */
@Controller('notes')
@UseGuards(SessionGuard)
export class NotesController {
  constructor(
    @Inject(Database) private readonly database: Database | null,
    private readonly sessions: Sessions,
    private readonly pages: Pages,
  ) {}

  @Get()
  async list(@Req() request: Request) {
    const notes = await this.query(
      'SELECT text, created_at AS "createdAt" FROM note WHERE user_id = $1 ORDER BY id DESC LIMIT 100',
      request,
    );
    if (!prefersPage(request)) return { notes };
    return this.pages.render(request, { title: 'Notes' }, () => <NotesView notes={notes} added={request.session.notesAdded} />);
  }

  @Post()
  async add(@Req() request: Request, @Res() response: Response): Promise<void> {
    const { text } = parse(noteBody, request.body);
    await this.query('INSERT INTO note (user_id, text) VALUES ($1, $2)', request, text);
    await this.sessions.update(request, (session) => ({ ...session, notesAdded: (session.notesAdded ?? 0) + 1 }));
    if (prefersPage(request)) response.redirect(303, '/notes');
    else response.status(201).json({ text });
  }

  /** `$1` is the user. @throws StoreUnavailableError, which becomes a 503. */
  private query(sql: string, { session }: Request, ...params: unknown[]): Promise<Note[]> {
    if (!this.database) throw new StoreUnavailableError('postgres', 'DATABASE_URL is not set.');
    return this.database.query<Note>(sql, [session.user!.id, ...params]);
  }
}

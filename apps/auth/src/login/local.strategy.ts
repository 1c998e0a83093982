import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { Request } from 'express';
import { Strategy } from 'passport-local';
import type { User } from '../users/user.entity.ts';
import { Authenticator } from './authenticator.ts';

@Injectable()
export class LocalStrategy extends PassportStrategy(Strategy, 'local') {
  constructor(private readonly authenticator: Authenticator) {
    super({ passReqToCallback: true, session: false });
  }

  validate(request: Request, username: string, password: string): Promise<User> {
    return this.authenticator.authenticate(request, username, password);
  }
}

import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { StepUp } from './step-up.ts';

/** Asks who the user is again before an operation that could lock the owner out, if the last proof is too old. */
@Injectable()
export class StepUpGuard implements CanActivate {
  constructor(private readonly stepUp: StepUp) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    await this.stepUp.demand(context.switchToHttp().getRequest<Request>());
    return true;
  }
}

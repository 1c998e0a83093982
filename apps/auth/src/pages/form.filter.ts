import { prefersPage, sendProblem, toProblem } from '@baton/platform';
import { toHttpError } from '@baton/session';
import { type FormPage, Pages } from '@baton/ui';
import { Catch, type ArgumentsHost, type ExceptionFilter, type Type } from '@nestjs/common';
import type { Request, Response } from 'express';
import { REAUTHENTICATE } from '../account/step-up.guard.ts';

/** People who made a mistake in a form get the form again, with the reason; who must sign in first is sent there and back. */
export const FormFilter = {
  around(page: FormPage): Type<ExceptionFilter> {
    @Catch()
    class FormAgain implements ExceptionFilter {
      constructor(readonly pages: Pages) {}

      catch(error: unknown, host: ArgumentsHost): void {
        const http = host.switchToHttp();
        const [request, response] = [http.getRequest<Request>(), http.getResponse<Response>()];
        const { problem, headers } = toProblem(toHttpError(error));
        const detour = prefersPage(request) ? detourFor(request, problem) : null;
        if (detour) response.redirect(303, `${detour}?to=${encodeURIComponent(pathOf(request))}`);
        else if (!prefersPage(request) || problem.status >= 500) sendProblem(toHttpError(error), request, response);
        else this.pages.send(request, response.status(problem.status).set(headers), page, problem);
      }
    }
    return FormAgain;
  },
};

function detourFor(request: Request, problem: { status: number; type: string }): string | null {
  if (problem.type === REAUTHENTICATE) return '/auth/reauthenticate';
  return problem.status === 401 && !request.session?.user && !request.path.endsWith('/login') ? '/auth/login' : null;
}

/** A POST cannot be made again for somebody: they come back to the page that holds its form. */
const pathOf = (request: Request): string => (request.method === 'GET' ? request.originalUrl : formPage(request.path));
const formPage = (path: string): string => (path.startsWith('/auth/sessions') ? '/auth/sessions' : '/auth/account');

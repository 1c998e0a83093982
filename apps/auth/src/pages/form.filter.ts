import { prefersPage, sendProblem, toProblem } from '@baton/platform';
import { toHttpError } from '@baton/session';
import { type FormPage, Pages } from '@baton/ui';
import { Catch, type ArgumentsHost, type ExceptionFilter, type Type } from '@nestjs/common';
import type { Request, Response } from 'express';
import { REAUTHENTICATE } from '../account/step-up.ts';
import { SecondFactorNeeded, WRONG_PROOF } from '../login/second-factors.ts';
import { returnTo } from '../login/return-to.ts';

/** People who made a mistake in a form get the form again, with the reason; who must sign in first is sent there and back. */
export const FormFilter = {
  /** @param formPage the address of the page that holds the form of a POST to `path`. */
  around(page: FormPage, formPage: (path: string) => string = () => '/auth/account'): Type<ExceptionFilter> {
    @Catch()
    class FormAgain implements ExceptionFilter {
      constructor(readonly pages: Pages) {}

      catch(error: unknown, host: ArgumentsHost): void {
        const http = host.switchToHttp();
        const [request, response] = [http.getRequest<Request>(), http.getResponse<Response>()];
        const { problem, headers } = toProblem(toHttpError(error));
        const detour = prefersPage(request) ? detourFor(request, error, problem, formPage) : null;
        if (detour) response.redirect(303, detour);
        else if (!prefersPage(request) || problem.status >= 500) sendProblem(toHttpError(error), request, response);
        else this.pages.send(request, response.status(problem.status).set(headers), page, problem);
      }
    }
    return FormAgain;
  },
};

function detourFor(
  request: Request,
  error: unknown,
  problem: { status: number; type: string },
  formPage: (path: string) => string,
): string | null {
  if (error instanceof SecondFactorNeeded) return andBack(error.page, returnTo((request.body as { to?: unknown }).to));
  if (problem.type === REAUTHENTICATE) return andBack('/auth/reauthenticate', pathOf(request, formPage));
  return needsLogin(request, problem) ? andBack('/auth/login', pathOf(request, formPage)) : null;
}

/** Who proves something wrong during a login gets that form again. */
const needsLogin = ({ session, path }: Request, { status, type }: { status: number; type: string }): boolean =>
  status === 401 && !session?.user && !path.endsWith('/login') && type !== WRONG_PROOF;

const andBack = (page: string, to: string): string => `${page}?to=${encodeURIComponent(to)}`;

/** A POST cannot be made again for somebody: they come back to the page that holds its form. */
const pathOf = (request: Request, formPage: (path: string) => string): string =>
  request.method === 'GET' ? request.originalUrl : formPage(request.path);

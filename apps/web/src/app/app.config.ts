import { provideHttpClient, withInterceptors } from '@angular/common/http';
import { type ApplicationConfig, inject, provideBrowserGlobalErrorListeners } from '@angular/core';
import { TitleStrategy, provideRouter, withComponentInputBinding } from '@angular/router';
import { provideUsher, usherBearer } from '@usher/angular';
import { routes } from './app.routes.ts';
import { endReasonOfSocket } from './session/end-reason.ts';
import { Session } from './session/session.ts';
import { unauthorisedInterceptor } from './session/unauthorised-interceptor.ts';
import { PageTitle } from './ui/page-title.ts';

export const appConfig: ApplicationConfig = {
  providers: [
    provideBrowserGlobalErrorListeners(),
    provideRouter(routes, withComponentInputBinding()),
    provideHttpClient(withInterceptors([unauthorisedInterceptor, usherBearer])),
    provideUsher(() => {
      const session = inject(Session);
      const { token, fresh, renew } = session;
      return {
        token,
        fresh,
        renew,
        who: () => {
          const state = session.state();
          return state.name === 'signed_in' ? state : undefined;
        },
        // So far back somebody may scroll; the list shows a window of it.
        rooms: { user: () => session.user() ?? '', held: 60_000 },
        onSignedOut: (reason) => {
          session.end(endReasonOfSocket(reason));
        },
      };
    }),
    PageTitle,
    { provide: TitleStrategy, useExisting: PageTitle },
  ],
};

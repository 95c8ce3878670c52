import { provideHttpClient, withInterceptors } from '@angular/common/http';
import { type ApplicationConfig, inject, provideBrowserGlobalErrorListeners } from '@angular/core';
import {
  TitleStrategy,
  provideRouter,
  withComponentInputBinding,
  withNavigationErrorHandler,
  withPreloading,
  withRouterConfig,
} from '@angular/router';
import { provideUsherOptions, usherBearer } from '@usher/angular/http';
import { routes } from './app.routes.ts';
import { endReasonOfSocket } from './session/end-reason.ts';
import { rateLimitInterceptor } from './session/rate-limit-interceptor.ts';
import { Session } from './session/session.ts';
import { unauthorizedInterceptor } from './session/unauthorized-interceptor.ts';
import { IdlePreloading } from './ui/idle-preloading.ts';
import { LoadFailure } from './ui/load-failure.ts';
import { PageTitle } from './ui/page-title.ts';

export const appConfig: ApplicationConfig = {
  providers: [
    provideBrowserGlobalErrorListeners(),
    provideRouter(
      routes,
      withComponentInputBinding(),
      withPreloading(IdlePreloading),
      withRouterConfig({ resolveNavigationPromiseOnError: true }),
      withNavigationErrorHandler(({ error }) => {
        void inject(LoadFailure).report(error);
      }),
    ),
    provideHttpClient(withInterceptors([rateLimitInterceptor, unauthorizedInterceptor, usherBearer])),
    // The socket is provided by the signed-in part of the app, so that the sign-in page does not load its code.
    provideUsherOptions(() => {
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
        // The number of messages a user can scroll back through; the list renders a window of them.
        rooms: { user: () => session.user() ?? '', maxMessages: 60_000 },
        onSignedOut: (reason) => {
          session.end(endReasonOfSocket(reason));
        },
      };
    }),
    PageTitle,
    { provide: TitleStrategy, useExisting: PageTitle },
  ],
};

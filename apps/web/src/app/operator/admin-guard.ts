import { HttpClient, HttpErrorResponse } from '@angular/common/http';
import { inject } from '@angular/core';
import { RedirectCommand, Router } from '@angular/router';
import type { Me } from '@usher/chat-api';
import { firstValueFrom } from 'rxjs';

/**
 * Opens the console for users with the role `admin`. Others get the page for unknown paths. The server decides: it refuses the socket and
 * every call of a user without the role. If it cannot be reached, the console opens and shows that.
 */
export async function isAdmin(): Promise<boolean | RedirectCommand> {
  const router = inject(Router);
  const http = inject(HttpClient);
  try {
    const { roles } = await firstValueFrom(http.get<Me>('/api/me'));
    if (roles.includes('admin')) return true;
  } catch (error) {
    if (error instanceof HttpErrorResponse && (error.status === 0 || error.status >= 500)) return true;
  }
  return new RedirectCommand(router.parseUrl('/page-not-found'), { skipLocationChange: true });
}

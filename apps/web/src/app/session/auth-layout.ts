import { Component } from '@angular/core';
import { Logo } from '../ui/logo.ts';
import { appTexts } from '../texts/shell.ts';
import { posterTexts } from '../texts/session.ts';

/** The layout of the sign-in pages: the form on one side and, on wide screens, a ticket on the other. */
@Component({
  selector: 'app-auth-layout',
  imports: [Logo],
  templateUrl: './auth-layout.html',
  styleUrl: './auth-layout.scss',
})
export class AuthLayout {
  protected readonly texts = { poster: posterTexts, app: appTexts } as const;
}

import { Component } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Router, provideRouter } from '@angular/router';
import { RouterTestingHarness } from '@angular/router/testing';
import { beforeEach, describe, expect, test } from 'vitest';
import { signedIn, signedOut } from './guards.ts';
import { Session } from './session.ts';

@Component({ template: '' })
class Page {}

let user: string | undefined;

async function goTo(url: string): Promise<string> {
  const harness = await RouterTestingHarness.create();
  await harness.navigateByUrl(url);
  return TestBed.inject(Router).url;
}

describe('the route guards', () => {
  beforeEach(() => {
    user = undefined;
    TestBed.configureTestingModule({
      providers: [
        { provide: Session, useValue: { user: () => user } },
        provideRouter([
          { path: 'sign-in', component: Page, canActivate: [signedOut] },
          { path: '', canMatch: [signedIn], children: [{ path: '**', component: Page }] },
        ]),
      ],
    });
  });

  test('redirect signed-out users to sign-in and keep the return URL', async () => {
    expect(await goTo('/rooms/general?from=mail')).toBe('/sign-in?return=%2Frooms%2Fgeneral%3Ffrom%3Dmail');
  });

  test('add no return URL for the start page', async () => {
    expect(await goTo('/')).toBe('/sign-in');
  });

  test('let signed-in users pass', async () => {
    user = 'maggie';
    expect(await goTo('/rooms/general')).toBe('/rooms/general');
  });

  test('redirect signed-in users away from the sign-in page', async () => {
    user = 'maggie';
    expect(await goTo('/sign-in?return=%2Frooms%2Fgeneral')).toBe('/rooms/general');
  });

  test('redirect to the start page if the return URL is on another site', async () => {
    user = 'maggie';
    expect(await goTo('/sign-in?return=%2F%2Fevil.example')).toBe('/');
  });
});

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

describe('the guards', () => {
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

  test('who is not signed in is asked to, and the way back is kept', async () => {
    expect(await goTo('/rooms/general?from=mail')).toBe('/sign-in?return=%2Frooms%2Fgeneral%3Ffrom%3Dmail');
  });

  test('the start page needs no way back', async () => {
    expect(await goTo('/')).toBe('/sign-in');
  });

  test('who is signed in gets where they want', async () => {
    user = 'maggie';
    expect(await goTo('/rooms/general')).toBe('/rooms/general');
  });

  test('who is signed in has no business on the sign-in page and is led on', async () => {
    user = 'maggie';
    expect(await goTo('/sign-in?return=%2Frooms%2Fgeneral')).toBe('/rooms/general');
  });

  test('a way back to another site leads to the start', async () => {
    user = 'maggie';
    expect(await goTo('/sign-in?return=%2F%2Fevil.example')).toBe('/');
  });
});

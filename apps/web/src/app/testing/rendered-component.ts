import { HttpTestingController, type TestRequest } from '@angular/common/http/testing';
import type { Type } from '@angular/core';
import { type ComponentFixture, TestBed } from '@angular/core/testing';
import { type ProblemCode, problem } from '@usher/protocol';
import { expect, vi } from 'vitest';

/** A rendered component with helpers to find fields by label and buttons by text, and a fake HTTP backend. */
export class RenderedComponent {
  readonly page: HTMLElement;
  private readonly fixture: ComponentFixture<unknown>;

  private constructor(fixture: ComponentFixture<unknown>) {
    this.fixture = fixture;
    this.page = fixture.nativeElement as HTMLElement;
    // Only elements in the document can receive the focus.
    document.body.append(this.page);
  }

  static async of(component: Type<unknown>): Promise<RenderedComponent> {
    const shown = new RenderedComponent(TestBed.createComponent(component));
    await shown.settled();
    return shown;
  }

  async settled(): Promise<void> {
    await this.fixture.whenStable();
  }

  field(label: string): HTMLInputElement {
    const found = [...this.page.querySelectorAll('label')].find((each) => each.textContent.trim() === label);
    const field = this.page.querySelector<HTMLInputElement>(`#${found?.htmlFor ?? 'none'}`);
    if (field === null) throw new Error(`there is no field ${label}`);
    return field;
  }

  /** The text that describes the field. */
  descriptionOf(label: string): string | undefined {
    const id = this.field(label).getAttribute('aria-describedby');
    return this.page.querySelector(`#${id ?? 'none'}`)?.textContent;
  }

  /** All buttons whose label contains the text. */
  buttons(text: string): HTMLButtonElement[] {
    return [...this.page.querySelectorAll('button')].filter((each) => each.textContent.includes(text));
  }

  async press(text: string): Promise<void> {
    const [button] = this.buttons(text);
    if (button === undefined) throw new Error(`there is no button ${text}`);
    button.focus();
    button.click();
    await this.settled();
  }

  async submit(): Promise<void> {
    this.page.querySelector('form')?.dispatchEvent(new Event('submit', { cancelable: true }));
    await this.settled();
  }

  /** Waits until a live region contains the text. */
  async announces(text: string, role: 'alert' | 'status' = 'status'): Promise<void> {
    await vi.waitFor(() => {
      const texts = [...this.page.querySelectorAll(`[role=${role}]`)].map((each) => each.textContent.trim());
      expect(texts).toContain(text);
    });
  }
}

/** Returns the pending request; exactly one must exist. */
export async function pendingRequest(method: string, url: string): Promise<TestRequest> {
  const server = TestBed.inject(HttpTestingController);
  return vi.waitFor(() => server.expectOne((request) => request.method === method && request.urlWithParams === url));
}

/** Responds with a problem, with additional members in the same body. */
export function respondWithProblem(
  call: TestRequest,
  code: ProblemCode,
  more: { retryAfterMs?: number } | object = {},
): void {
  const body = { ...problem(code), ...more };
  call.flush(body, { status: body.status, statusText: body.title });
}

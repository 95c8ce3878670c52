import { provideHttpClient } from '@angular/common/http';
import { provideHttpClientTesting } from '@angular/common/http/testing';
import { type Type, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { provideRouter, withComponentInputBinding } from '@angular/router';
import { RouterTestingHarness } from '@angular/router/testing';
import { FakeServer } from '@usher/client/testing';
import type { OperatorProtocol } from '@usher/operator-api';
import type { Params, Reply, RequestType } from '@usher/protocol';
import { vi } from 'vitest';
import { Session } from '../session/session.ts';
import { OperatorActions } from '../operator/data/actions.ts';
import { OPERATOR_SOCKET_OPTIONS, OperatorSocket } from '../operator/data/operator-socket.ts';

/** A page of the console with a server that replies to its queries. */
export class OperatorPage {
  readonly server = new FakeServer({ user: 'admin' });
  /** The queries that the server received, without their ids. */
  readonly queries: Readonly<Record<string, unknown>>[] = [];
  private harness: RouterTestingHarness | undefined;

  constructor(component: Type<unknown>, path = 'admin') {
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(),
        provideHttpClientTesting(),
        provideRouter([{ path, component, providers: [OperatorActions, OperatorSocket] }], withComponentInputBinding()),
        { provide: OPERATOR_SOCKET_OPTIONS, useValue: { ...this.server.options, who: () => null } },
        { provide: Session, useValue: { state: signal({ name: 'signed_in' }), end: vi.fn() } },
      ],
    });
  }

  /** Sets how the server replies to a query. */
  respond<T extends RequestType<OperatorProtocol>>(
    type: T,
    reply: (params: Params<OperatorProtocol, T>) => Reply<OperatorProtocol, T>,
  ): void {
    this.server.handle(type, (received) => {
      const frame = Object.fromEntries(Object.entries(received).filter(([name]) => name !== 'id'));
      this.queries.push(frame);
      return reply(frame as unknown as Params<OperatorProtocol, T>);
    });
  }

  async open(url: string): Promise<void> {
    this.harness ??= await RouterTestingHarness.create();
    await this.harness.navigateByUrl(url);
    document.body.append(this.element);
    await this.shows(() => this.element.querySelector('h1'));
  }

  get element(): HTMLElement {
    return this.harness?.fixture.nativeElement as HTMLElement;
  }

  /** The text of the page, with single spaces. */
  get text(): string {
    return this.element.textContent.replaceAll(/\s+/g, ' ');
  }

  button(text: string): HTMLButtonElement {
    const found = [...this.element.querySelectorAll('button')].find(({ textContent }) => textContent.includes(text));
    if (found === undefined) throw new Error(`there is no button ${text}`);
    return found;
  }

  /** Waits until the function returns something. */
  async shows<T>(find: () => T | null | undefined | false): Promise<T> {
    return vi.waitFor(() => {
      this.harness?.detectChanges();
      const found = find();
      if (found === null || found === undefined || found === false) throw new Error('not shown yet');
      return found;
    });
  }
}

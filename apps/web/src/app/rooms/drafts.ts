import { Service } from '@angular/core';
import { draftsKey } from '../session/typed.ts';
import { injectKept } from './kept.ts';

/** Unsent drafts by room. */
@Service({ autoProvided: false })
export class Drafts {
  private readonly texts = injectKept(draftsKey, (value) => typeof value === 'string');

  of(room: string): string {
    return this.texts.of(room) ?? '';
  }

  keep(room: string, text: string): void {
    this.texts.keep(room, text === '' ? undefined : text);
  }
}

import { Service, inject } from '@angular/core';
import { Title } from '@angular/platform-browser';
import { type RouterStateSnapshot, TitleStrategy } from '@angular/router';
import { appTexts } from '../texts/app.ts';

/** "(3) General · Usher": what waits to be read, what the page is, then whose. */
@Service({ autoProvided: false })
export class PageTitle extends TitleStrategy {
  private readonly title = inject(Title);
  private page = '';
  private count = '';

  override updateTitle(state: RouterStateSnapshot): void {
    const title = this.buildTitle(state);
    // A page without a title in its route says its own: it has to know more than the address.
    if (title !== undefined) this.show(title);
  }

  show(title: string): void {
    this.page = title;
    this.write();
  }

  /** What stands before the title of every page from now on; empty for nothing. */
  wait(count: string): void {
    this.count = count;
    this.write();
  }

  private write(): void {
    if (this.page === '') return;
    const count = this.count === '' ? '' : `(${this.count}) `;
    this.title.setTitle(`${count}${this.page} · ${appTexts.name}`);
  }
}

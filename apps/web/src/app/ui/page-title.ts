import { Service, inject } from '@angular/core';
import { Title } from '@angular/platform-browser';
import { type RouterStateSnapshot, TitleStrategy } from '@angular/router';
import { texts } from '../texts.ts';

/** "Connection · Usher": what the page is, then whose. */
@Service({ autoProvided: false })
export class PageTitle extends TitleStrategy {
  private readonly title = inject(Title);

  override updateTitle(state: RouterStateSnapshot): void {
    const title = this.buildTitle(state);
    // A page without a title in its route says its own: it has to know more than the address.
    if (title !== undefined) this.show(title);
  }

  show(title: string): void {
    this.title.setTitle(`${title} · ${texts.app}`);
  }
}

import { Service, inject } from '@angular/core';
import { Title } from '@angular/platform-browser';
import { type RouterStateSnapshot, TitleStrategy } from '@angular/router';
import { texts } from '../texts.ts';

/** "Connection · Usher": what the page is, then whose. */
@Service({ autoProvided: false })
export class PageTitle extends TitleStrategy {
  private readonly title = inject(Title);

  override updateTitle(state: RouterStateSnapshot): void {
    this.show(this.buildTitle(state));
  }

  show(title: string | undefined): void {
    this.title.setTitle(title === undefined ? texts.app : `${title} · ${texts.app}`);
  }
}

import { Service, inject } from '@angular/core';
import { Title } from '@angular/platform-browser';
import { type RouterStateSnapshot, TitleStrategy } from '@angular/router';
import { appTexts } from '../texts/shell.ts';

/** Sets titles such as "(3) General · Usher": the unread badge, the page and the app. */
@Service({ autoProvided: false })
export class PageTitle extends TitleStrategy {
  private readonly title = inject(Title);
  private page = '';
  private prefix = '';

  override updateTitle(state: RouterStateSnapshot): void {
    const title = this.buildTitle(state);
    // A page without a title in its route sets its own, because it depends on loaded data.
    if (title !== undefined) this.show(title);
  }

  show(title: string): void {
    this.page = title;
    this.write();
  }

  /** Sets the prefix of all titles; empty for none. */
  setPrefix(prefix: string): void {
    this.prefix = prefix;
    this.write();
  }

  private write(): void {
    if (this.page === '') return;
    const prefix = this.prefix === '' ? '' : `(${this.prefix}) `;
    this.title.setTitle(`${prefix}${this.page} · ${appTexts.name}`);
  }
}

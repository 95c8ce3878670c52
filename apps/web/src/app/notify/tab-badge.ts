import { DOCUMENT, DestroyRef, Service, computed, effect, inject } from '@angular/core';
import { RoomDirectory } from '../rooms/room-directory.ts';
import { tabTexts } from '../texts/notify.ts';
import { PageTitle } from '../ui/page-title.ts';

const icons = { plain: 'favicon.svg', unread: 'favicon-unread.svg' };

/** Shows the number of mentions or unread messages in the title of the browser tab, and a dot on its icon. */
@Service({ autoProvided: false })
export class TabBadge {
  private readonly document = inject(DOCUMENT);
  private readonly title = inject(PageTitle);
  private readonly directory = inject(RoomDirectory);
  private readonly text = computed(() => {
    const { messages, mentions } = this.directory.unread();
    if (mentions > 0) return tabTexts.mentions(short(mentions));
    return messages > 0 ? tabTexts.messages(short(messages)) : '';
  });

  constructor() {
    effect(() => {
      const text = this.text();
      this.title.setPrefix(text);
      this.setIcon(text === '' ? icons.plain : icons.unread);
    });
    inject(DestroyRef).onDestroy(() => {
      this.title.setPrefix('');
      this.setIcon(icons.plain);
    });
  }

  private setIcon(icon: string): void {
    const link = this.document.querySelector<HTMLLinkElement>('link[rel=icon]');
    // Some browsers fetch the icon again when the attribute is set to the same value.
    if (link !== null && link.getAttribute('href') !== icon) link.setAttribute('href', icon);
  }
}

/** Abbreviates large numbers. */
function short(n: number): string {
  return n > 999 ? '999+' : String(n);
}

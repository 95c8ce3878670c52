import {
  Component,
  type ElementRef,
  afterNextRender,
  computed,
  effect,
  inject,
  input,
  untracked,
  viewChild,
} from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { RoomDirectory } from '../rooms/room-directory.ts';
import { mayHaveMarkup } from '../rooms/text/markup.ts';
import { loadParser, parser } from '../rooms/text/parser.ts';
import { plainText } from '../rooms/text/plain-text.ts';
import { dateOf } from '../rooms/times.ts';
import { errorText } from '../session/http-errors.ts';
import { searchTexts } from '../texts/search.ts';
import { Avatar } from '../ui/avatar.ts';
import { Icon } from '../ui/icon.ts';
import { Page } from '../ui/page.ts';
import { foundWords } from './found-words.ts';
import { Search } from './search.ts';

/** Searches the messages of the user's rooms. The query is part of the URL, so that Back returns to the results. */
@Component({
  selector: 'app-search-page',
  imports: [Avatar, Icon, Page, RouterLink],
  templateUrl: './search-page.html',
  styleUrl: './search-page.scss',
})
export class SearchPage {
  /** From the URL. */
  readonly q = input<string>();

  private readonly router = inject(Router);
  private readonly directory = inject(RoomDirectory);
  private readonly field = viewChild.required<ElementRef<HTMLInputElement>>('field');
  private readonly search = new Search();

  protected readonly texts = searchTexts;
  protected readonly query = computed(() => this.q()?.trim() ?? '');
  protected readonly state = this.search.state;
  protected readonly hasMore = computed(() => this.search.rest() !== undefined);
  protected readonly error = computed(() => {
    const error = this.search.error();
    return error === undefined ? undefined : errorText(error);
  });
  protected readonly hits = computed(() =>
    this.search.found()?.map(({ id, room, seq, from, at, text }) => ({
      id,
      room,
      seq,
      from,
      title: this.directory.title(room),
      time: dateOf(at),
      iso: new Date(at).toISOString(),
      pieces: foundWords(this.plain(text), this.query()),
    })),
  );
  /** Announced by screen readers when it changes. */
  protected readonly outcome = computed(() => {
    const hits = this.hits();
    if (this.query() === '' || hits === undefined) return this.state() === 'looking' ? this.texts.looking : '';
    return hits.length === 0 ? this.texts.none(this.query()) : this.texts.count(hits.length, this.hasMore());
  });

  constructor() {
    effect(() => {
      const query = this.query();
      untracked(() => void this.search.look(query));
    });
    effect(() => {
      if (this.search.found()?.some(({ text }) => mayHaveMarkup(text)) === true) loadParser();
    });
    afterNextRender(() => {
      if (this.query() === '') this.field().nativeElement.focus();
    });
  }

  protected submit(event: Event, words: string): void {
    event.preventDefault();
    const q = words.trim();
    // Submitting the same query again repeats the search.
    if (q === this.query()) void this.search.look(q);
    else void this.router.navigate(['/search'], { queryParams: q === '' ? {} : { q } });
  }

  protected again(): void {
    if (this.hits() === undefined) void this.search.look(this.query());
    else void this.search.more();
  }

  protected more(): void {
    void this.search.more();
  }

  /** As typed until the parser is loaded. */
  private plain(text: string): string {
    const parse = mayHaveMarkup(text) ? parser() : undefined;
    return parse === undefined ? text : plainText(parse(text));
  }
}

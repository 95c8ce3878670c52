import {
  Component,
  DOCUMENT,
  ElementRef,
  ViewEncapsulation,
  computed,
  effect,
  inject,
  input,
  untracked,
} from '@angular/core';
import { MentionNames } from './mention-names.ts';
import { draw } from './draw.ts';
import { isOnlyEmoji, mayHaveMarkup, withMentions } from './markup.ts';
import { loadParser, parser } from './parser.ts';

/** Shows the text of a message with its markup. The text is shown as typed until the parser is loaded, which happens on first use. */
@Component({
  selector: 'app-rich-text',
  host: { '[class.large]': 'large()' },
  template: '',
  styleUrl: './rich-text.scss',
  // The nodes are created without a template, so styles are not scoped; they use the element name as prefix.
  encapsulation: ViewEncapsulation.None,
})
export class RichText {
  readonly text = input.required<string>();
  /** The user name of the reader. */
  readonly user = input.required<string>();

  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef);
  private readonly document = inject(DOCUMENT);
  private readonly names = inject(MentionNames);

  protected readonly large = computed(() => isOnlyEmoji(this.text()));
  private readonly marked = computed(() => mayHaveMarkup(this.text()));
  private readonly drawn = computed(() => {
    const text = this.text();
    const parse = this.marked() ? parser() : undefined;
    const unknown: string[] = [];
    const nodes = withMentions(parse === undefined ? [text] : parse(text), (name) => {
      const notifies = this.names.notifies(name);
      if (!notifies) unknown.push(name);
      return notifies;
    });
    return { nodes, unknown };
  });

  constructor() {
    effect(() => {
      this.host.nativeElement.replaceChildren(...draw(this.document, this.drawn().nodes, this.user()));
    });
    effect(() => {
      const { unknown } = this.drawn();
      if (unknown.length > 0)
        untracked(() => {
          this.names.lookUp(unknown);
        });
    });
    effect(() => {
      if (this.marked() && untracked(parser) === undefined) loadParser();
    });
  }
}

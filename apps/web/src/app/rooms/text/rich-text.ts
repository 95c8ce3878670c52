import {
  Component,
  DOCUMENT,
  ElementRef,
  ViewEncapsulation,
  computed,
  effect,
  inject,
  input,
  signal,
  untracked,
} from '@angular/core';
import { MentionNames } from '../mention-names.ts';
import { draw } from './draw.ts';
import { isOnlyEmoji, mayHaveMarkup, withMentions } from './markup.ts';
import type { RichNode } from './rich-node.ts';

type Parse = (text: string) => RichNode[];

/** The parser, once a message wanted it; the same for all of them. */
const parser = signal<Parse | undefined>(undefined);
let loading: Promise<void> | undefined;

function loadParser(): void {
  loading ??= import('./markdown.ts').then(
    ({ parseMarkdown }) => {
      parser.set(parseMarkdown);
    },
    () => {
      // Shown as it was typed; the next message tries again.
      loading = undefined;
    },
  );
}

/** The text of a message with its markup: as it was typed until the parser is there, which comes when a text first wants it. */
@Component({
  selector: 'app-rich-text',
  host: { '[class.large]': 'large()' },
  template: '',
  styleUrl: './rich-text.scss',
  // What is drawn here is drawn without a template, so the styles go by the name of the element.
  encapsulation: ViewEncapsulation.None,
})
export class RichText {
  readonly text = input.required<string>();
  /** Who reads. */
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

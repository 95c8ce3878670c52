import { Component, computed, input, output, signal } from '@angular/core';
import { filterTexts } from '../../texts/operator.ts';
import { Icon } from '../../ui/icon.ts';

/** A field of a filter: text, or one of several options. */
export interface FilterField {
  readonly name: string;
  readonly label: string;
  readonly options?: readonly { readonly value: string; readonly label: string }[];
  /** The label of "no filter"; defaults to "Any". */
  readonly any?: string;
}

/** The filter of a list. A field takes effect when it is left or Enter is pressed. On phones the fields are folded. */
@Component({
  selector: 'app-filter-bar',
  imports: [Icon],
  templateUrl: './filter-bar.html',
  styleUrl: './filter-bar.scss',
})
export class FilterBar {
  readonly fields = input.required<readonly FilterField[]>();
  readonly values = input.required<Readonly<Partial<Record<string, string>>>>();
  readonly changed = output<Partial<Record<string, string | undefined>>>();

  protected readonly texts = filterTexts;
  protected readonly unfolded = signal(false);
  protected readonly used = computed(
    () => this.fields().filter(({ name }) => this.values()[name] !== undefined).length,
  );

  protected valueOf(name: string): string {
    return this.values()[name] ?? '';
  }

  /** Options of the field, and the current value if it is none of them, such as a reason of a newer server. */
  protected optionsOf({ name, options = [] }: FilterField): FilterField['options'] & object {
    const value = this.values()[name];
    if (value === undefined || options.some((option) => option.value === value)) return options;
    return [...options, { value, label: value }];
  }

  protected set(name: string, value: string): void {
    const trimmed = value.trim();
    if (trimmed !== this.valueOf(name)) this.changed.emit({ [name]: trimmed === '' ? undefined : trimmed });
  }

  protected clear(): void {
    this.changed.emit(Object.fromEntries(this.fields().map(({ name }) => [name, undefined])));
  }
}

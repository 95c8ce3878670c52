/** The language code of this build. Dates, numbers and plurals follow it. */
export const language = $localize.locale ?? 'en';

/**
 * The forms of a sentence with a number in it. Each language uses those it has (cldr.unicode.org, "plural rules"): English one and
 * other, Polish all four. In the English source, `few` and `many` repeat `other`; only translations use them.
 */
export interface Forms {
  readonly one: string;
  readonly few: string;
  readonly many: string;
  readonly other: string;
}

/** Chooses the form that a language has for a number. */
export function pluralIn(code: string): (n: number, forms: Forms) => string {
  const rules = new Intl.PluralRules(code);
  return (n, forms) => {
    const form = rules.select(n);
    // Zero and two, of a few languages only, are read as other.
    return form === 'zero' || form === 'two' ? forms.other : forms[form];
  };
}

/** Chooses the form that the language of this build has for a number. */
export const plural = pluralIn(language);

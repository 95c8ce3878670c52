/** The language of the words of this build, by its code; dates, numbers and plurals follow it. */
export const language = $localize.locale ?? 'en';

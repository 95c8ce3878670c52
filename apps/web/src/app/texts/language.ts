/** The language code of this build. Dates, numbers and plurals follow it. */
export const language = $localize.locale ?? 'en';

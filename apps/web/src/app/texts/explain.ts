/** The labels of an explanation. The table of explanations is in a separate file, because it is loaded lazily. */
export const explainTexts = {
  means: $localize`:@@explain.means:What it means`,
  cause: $localize`:@@explain.cause:Usual cause`,
  fix: $localize`:@@explain.fix:What to change`,
  none: $localize`:@@explain.none:There is no explanation for this code.`,
} as const;

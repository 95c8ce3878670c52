/** The user's input in the prerendered form. */
export interface PrerenderedInput {
  /** Whether a field of the form had the focus, which the field of the app has now. */
  readonly isFocused: boolean;
  /** Whether the user submitted the form. */
  readonly isSubmitted: boolean;
}

/**
 * Replaces the sign-in form that the built page contains (tools/prerender.mjs) with that of the app, together with what the user has typed.
 * Call it after the form of the app is rendered. Does nothing if there is no such form.
 */
export function replacePrerendered(document: Document): PrerenderedInput {
  const { documentElement: root, activeElement } = document;
  const state = root.dataset['prerendered'];
  const prerendered = document.getElementById('prerendered');
  const fields = [...(prerendered?.querySelectorAll('input') ?? [])];
  const focused = fields.find((field) => field === activeElement);
  const { selectionStart = null, selectionEnd = null } = focused ?? {};
  prerendered?.remove();
  delete root.dataset['prerendered'];
  if (state === undefined) return { isFocused: false, isSubmitted: false };

  for (const field of fields) {
    const own = document.querySelector<HTMLInputElement>(`app-root input[id="${field.id}"]`);
    if (own === null) continue;
    own.value = field.value;
    if (field !== focused) continue;
    own.focus();
    own.setSelectionRange(selectionStart, selectionEnd);
  }
  return { isFocused: focused !== undefined, isSubmitted: state === 'submitted' };
}

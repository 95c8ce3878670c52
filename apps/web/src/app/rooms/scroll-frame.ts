/** The distance from the lower edge of the frame to the end of its content (px). */
export function below({ scrollHeight, clientHeight, scrollTop }: HTMLElement): number {
  return scrollHeight - clientHeight - scrollTop;
}

/** The offset of the list in its scroll container (px), which may contain other content above it. */
export function listTop(scroller: HTMLElement, list: HTMLElement | undefined): number {
  if (list === undefined) return 0;
  return list.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop;
}

/** Whether text in the list is selected. */
export function hasSelection(list: HTMLElement | undefined): boolean {
  const selection = list?.ownerDocument.getSelection();
  return selection?.isCollapsed === false && list?.contains(selection.anchorNode) === true;
}

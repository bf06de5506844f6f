// Whether a key belongs to something that takes text, so that shortcuts of one letter leave it alone.

const TAKES_TEXT =
  "input:not([type='checkbox']):not([type='radio']), textarea, select, [contenteditable='true']";

export function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(TAKES_TEXT) !== null;
}

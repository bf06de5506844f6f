// What shortcuts of one letter must leave alone: a key that belongs to something that takes text, and an open dialog.

const TAKES_TEXT =
  "input:not([type='checkbox']):not([type='radio']), textarea, select, [contenteditable='true']";

export function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(TAKES_TEXT) !== null;
}

/** Whether a window over the page waits for an answer (dialog.tsx). Messages that pass by are dialogs to browsers, too. */
export function isDialogOpen(): boolean {
  return document.querySelector(".dialog, .drawer") !== null;
}

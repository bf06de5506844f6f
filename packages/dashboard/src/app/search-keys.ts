// The keys that open search and commands, as this machine's keyboard has them.

/** "⌘K" on Apple's keyboards, "Ctrl K" on others. */
export const SEARCH_KEYS: string = /mac|iphone|ipad/i.test(navigator.userAgent) ? "⌘K" : "Ctrl K";

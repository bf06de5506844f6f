// How this SDK names itself on the wire (docs/decisions/0005-sdk-identity.md). A name of our own: version rules that servers
// keep for `js` and `inngest-js` are about other code.

/** The version of this package, as package.json has it; a test holds them equal. */
export const SDK_VERSION = "0.1.0";
export const SDK_LANGUAGE = "everstep-js";
export const SDK_AUTHOR = "everstep";
/** The value of `x-inngest-sdk`, `user-agent` and of `sdk` when the app syncs. */
export const SDK_NAME: string = `${SDK_LANGUAGE}:v${SDK_VERSION}`;

// The JSON value types and the text forms of JSON that cross the wire.

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** JSON that is already text: kept as text so that it is neither parsed nor re-encoded on its way. */
export type JsonText = string;

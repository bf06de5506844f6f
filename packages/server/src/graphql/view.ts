// The source objects of graphql's default resolver.

/** An object whose properties, or methods without arguments, are the fields of one GraphQL type; the schema checks it. */
export type View = Readonly<Record<string, unknown>>;

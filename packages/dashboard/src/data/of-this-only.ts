// Spread into the options of a query that is about one thing: while another thing is read, the answer about the last one is
// not shown in its place, as it is for lists.

export const OF_THIS_ONLY = { placeholderData: (): undefined => undefined };

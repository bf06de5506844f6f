// Says where JSON text is broken. The parser names the position of some mistakes only; for the others it quotes the
// surroundings, in which the place is found again. Only a few dozen characters are parsed twice, so that a large hostile
// body costs nothing extra.

/** How far into the text the parser may stop without saying that it left out what comes before. */
const UNMARKED_CHARS = 64;
/** What the parser quotes before the bad token. */
const QUOTED_BEFORE_CHARS = 10;

/** A phrase such as `Unexpected token 'x' at position 12 (line 1 column 13)`. */
export function describeJsonError(text: string, error: Error): string {
  const { message } = error;
  if (message.includes(" at position ")) return message;
  if (message.includes("end of JSON input")) return `${message} at ${place(text, text.length)}`;
  const match = /^(Unexpected token '.+?'), (\.\.\.)?"(.*)"(?:\.\.\.)? is not valid JSON$/su.exec(
    message,
  );
  if (match === null) return message;
  const [, problem, isCut, quoted = ""] = match;
  const position =
    isCut === undefined ? findNearStart(text) : text.indexOf(quoted) + QUOTED_BEFORE_CHARS;
  return `${problem} at ${place(text, position)}`;
}

/** The end of the first prefix that is not merely incomplete. */
function findNearStart(text: string): number {
  const end = Math.min(text.length, UNMARKED_CHARS);
  for (let position = 0; position < end; position += 1) {
    if (isBadToken(text.slice(0, position + 1))) return position;
  }
  return 0;
}

function isBadToken(prefix: string): boolean {
  try {
    JSON.parse(prefix);
    return false;
  } catch (error) {
    return (error as Error).message.startsWith("Unexpected token");
  }
}

function place(text: string, position: number): string {
  const before = text.slice(0, position);
  const line = before.split("\n").length;
  return `position ${position} (line ${line} column ${position - before.lastIndexOf("\n")})`;
}

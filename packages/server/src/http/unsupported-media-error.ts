// A body in a form that the server does not read: answered with 415, which no protocol error code stands for.

/** Why the body's media type or encoding is refused. */
export class UnsupportedMediaError extends Error {
  readonly status = 415;

  constructor(message: string) {
    super(message);
    this.name = "UnsupportedMediaError";
  }
}

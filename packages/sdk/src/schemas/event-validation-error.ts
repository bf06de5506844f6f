// The error for an event that does not fit its schema. Not retriable: the same data would fail again.
import { NonRetriableError } from "../errors.ts";
import type { SchemaIssue } from "./standard-schema.ts";
import { formatPath, issuePath } from "./validate.ts";

/**
 * An event's data does not fit its schema. The message lists every field that is wrong, by path; `issues` has them as data.
 *
 * @example
 * // Event "shop/order.placed" does not fit its schema: data.items[0].price: Expected number, received string.
 */
export class EventValidationError extends NonRetriableError {
  override readonly name: string = "EventValidationError";
  readonly eventName: string;
  readonly issues: readonly SchemaIssue[];

  constructor(message: string, eventName: string, issues: readonly SchemaIssue[] = []) {
    super(message);
    this.eventName = eventName;
    this.issues = issues;
  }

  /** The error for the issues that a schema found under `field` of an event. */
  static of(
    eventName: string,
    issues: readonly SchemaIssue[],
    field = "data",
  ): EventValidationError {
    const listed = issues.slice(0, 10).map((issue) => {
      const path = formatPath([field, ...issuePath(issue)]);
      return `${path}: ${issue.message}`;
    });
    const rest = issues.length - listed.length;
    const more = rest > 0 ? `; and ${rest} more` : "";
    return new EventValidationError(
      `Event "${eventName}" does not fit its schema: ${listed.join("; ")}${more}.`,
      eventName,
      issues,
    );
  }
}

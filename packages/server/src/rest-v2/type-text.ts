// A JSON Schema as people read types: `{ id: string; endedAt?: string }`, with the description of a field beside it.

export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly description?: string;
  readonly default?: unknown;
}

export function typeText(schema: JsonSchema, indent = ""): string {
  if (schema.$ref !== undefined) return schema.$ref.split("/").at(-1) ?? "";
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) {
    return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  }
  const parts = schema.anyOf ?? schema.oneOf;
  if (parts !== undefined) return parts.map((part) => typeText(part, indent)).join(" | ");
  if (schema.allOf !== undefined) {
    return schema.allOf.map((part) => typeText(part, indent)).join(" & ");
  }
  if (schema.items !== undefined) return arrayText(typeText(schema.items, indent));
  if (schema.properties !== undefined) return objectText(schema, indent);
  const { additionalProperties } = schema;
  if (typeof additionalProperties === "object") {
    return `Record<string, ${typeText(additionalProperties, indent)}>`;
  }
  return schema.type ?? "unknown";
}

function arrayText(item: string): string {
  return /[ |]/.test(item) ? `(${item})[]` : `${item}[]`;
}

function objectText({ properties = {}, required = [] }: JsonSchema, indent: string): string {
  const inner = `${indent}  `;
  const lines = Object.entries(properties).map(([name, part]) => {
    const mark = required.includes(name) ? "" : "?";
    const note = part.description === undefined ? "" : ` // ${part.description}`;
    return `${inner}${name}${mark}: ${typeText(part, inner)};${note}`;
  });
  return `{\n${lines.join("\n")}\n${indent}}`;
}

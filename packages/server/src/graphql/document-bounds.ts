// Bounds on a GraphQL document before it is validated: how deep it selects and how many fields it selects once fragments
// are spread. Computed once per fragment, so that fragments which spread each other cannot make the count itself costly.
// How much a query may read is not here: that is counted while it runs (request-context.ts).
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type SelectionSetNode,
} from "graphql";

export const DOCUMENT_LIMITS = {
  charsMax: 64 * 1024,
  tokensMax: 10_000,
  depthMax: 15,
  fieldsMax: 5_000,
} as const;

interface Extent {
  readonly depth: number;
  readonly fields: number;
}
const NOTHING: Extent = { depth: 0, fields: 0 };

/** Introspection is left out: graphql's own rules bound it. @throws GraphQLError when a bound is passed. */
export function assertDocumentWithinBounds(document: DocumentNode): void {
  const measure = createMeasure(document);
  for (const definition of document.definitions) {
    if (definition.kind !== "OperationDefinition") continue;
    const { depth, fields } = measure(definition.selectionSet);
    if (depth > DOCUMENT_LIMITS.depthMax) {
      throw new GraphQLError(
        `the query selects ${depth} levels deep, the limit is ${DOCUMENT_LIMITS.depthMax}: ask for the inner levels in a query of their own`,
      );
    }
    if (fields > DOCUMENT_LIMITS.fieldsMax) {
      throw new GraphQLError(
        `the query selects ${fields} fields once its fragments are spread, the limit is ${DOCUMENT_LIMITS.fieldsMax}: split it into several queries`,
      );
    }
  }
}

function createMeasure(document: DocumentNode): (set: SelectionSetNode | undefined) => Extent {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === "FragmentDefinition") fragments.set(definition.name.value, definition);
  }
  const known = new Map<string, Extent>();

  const measureFragment = (name: string): Extent => {
    const earlier = known.get(name);
    if (earlier !== undefined) return earlier;
    // Stands while the fragment is being measured, so that a cycle ends here; validation reports it.
    known.set(name, NOTHING);
    const extent = measure(fragments.get(name)?.selectionSet);
    known.set(name, extent);
    return extent;
  };

  const measure = (set: SelectionSetNode | undefined): Extent => {
    let depth = 0;
    let fields = 0;
    for (const selection of set?.selections ?? []) {
      let inner: Extent;
      if (selection.kind === "Field") {
        if (selection.name.value.startsWith("__")) continue;
        const below = measure(selection.selectionSet);
        inner = { depth: below.depth + 1, fields: below.fields + 1 };
      } else if (selection.kind === "InlineFragment") {
        inner = measure(selection.selectionSet);
      } else {
        inner = measureFragment(selection.name.value);
      }
      depth = Math.max(depth, inner.depth);
      fields += inner.fields;
    }
    return { depth, fields };
  };
  return measure;
}

// What every request keeps: bounds, errors in words, nothing of the server's own errors, introspection, the HTTP body.
import type { Engine } from "@everstep/engine";
import { getIntrospectionQuery, buildClientSchema, type IntrospectionQuery } from "graphql";
import { describe, expect, it } from "vitest";
import { createGraphqlRoute, parseGraphqlBody } from "./create-graphql-handler.ts";
import { createFixture, functionRecord } from "./testing/graphql-fixture.ts";

function nested(levels: number): string {
  // functions > app > functions > app …
  const names = Array.from({ length: levels - 1 }, (_, index) =>
    index % 2 === 0 ? "functions" : "app",
  );
  return `{ ${names.map((name) => `${name} {`).join(" ")} id ${"}".repeat(names.length)} }`;
}

describe("bounds of a query", () => {
  it("are 15 levels of depth", async () => {
    const fixture = createFixture();
    expect((await fixture.ask(nested(15))).body.errors).toBeUndefined();
    const { status, body } = await fixture.ask(nested(16));
    expect(status).toBe(422);
    expect(body.errors?.[0]?.message).toContain("selects 16 levels deep, the limit is 15");
  });

  it("count the levels and fields of fragments", async () => {
    const fixture = createFixture();
    const inside = nested(16).slice(1, -1);
    const deep = `query { ...A } fragment A on Query { ... on Query { ${inside} } }`;
    expect((await fixture.ask(deep)).body.errors?.[0]?.message).toContain("16 levels deep");
    // Each fragment spreads the next one twice: 2^30 fields in a short text.
    const fragments = Array.from(
      { length: 30 },
      (_, index) => `fragment F${index} on App { ...F${index + 1} ...F${index + 1} }`,
    );
    const bomb = `{ apps { ...F0 } } ${fragments.join("\n")} fragment F30 on App { id }`;
    expect((await fixture.ask(bomb)).body.errors?.[0]?.message).toContain("the limit is 5000");
    const cycle = `{ apps { ...A } } fragment A on App { ...B } fragment B on App { ...A }`;
    expect((await fixture.ask(cycle)).body.errors?.[0]?.message).toContain(
      "Cannot spread fragment",
    );
  });

  it("hold the text's length and tokens", async () => {
    const fixture = createFixture();
    const long = await fixture.ask(`{ apps { id } } #${" ".repeat(65_536)}`);
    expect(long.status).toBe(422);
    expect(long.body.errors?.[0]?.message).toContain("the limit is 65536");
    const many = await fixture.ask(`{ apps { ${"id ".repeat(12_000)} } }`);
    expect(many.body.errors?.[0]?.message).toContain("10000 tokens");
  });

  it("hold what is read while it runs", async () => {
    const fixture = createFixture();
    for (let index = 0; index < 99; index += 1) fixture.functions.push(functionRecord(`f${index}`));
    const { body } = await fixture.ask(
      `{ apps { functions { app { functions { app { functions { app { id } } } } } } } }`,
    );
    expect(body.errors?.[0]?.message).toContain("reads more than 250000 objects");
  });
});

describe("errors", () => {
  it("name unknown fields and missing arguments, and nothing is executed", async () => {
    const fixture = createFixture();
    const { status, body } = await fixture.ask(`{ apps { nam } run { id } }`);
    expect(status).toBe(422);
    expect(body.data).toBeNull();
    expect(body.errors?.map(({ message }) => message)).toEqual([
      expect.stringContaining(`Did you mean "name"`),
      expect.stringContaining(`runID:`),
    ]);
    const syntax = await fixture.ask(`{ apps {`);
    expect(syntax.status).toBe(422);
    expect(syntax.body.errors?.[0]?.message).toContain("Syntax Error");
  });

  it("tell nothing of the server's own failures except where they hit", async () => {
    const secret = new Error("SQLITE_CORRUPT in secret.db");
    const fixture = createFixture();
    fixture.history.findRun = () => {
      throw secret;
    };
    const { body } = await fixture.ask(
      `{ run(runID: "01ARZ3NDEKTSV4RRFFQ69G5FAV") { id } apps { name } }`,
    );
    expect(body.data).toEqual({ run: null, apps: [{ name: "shop" }] });
    expect(body.errors).toMatchObject([{ path: ["run"], extensions: { code: "internal" } }]);
    expect(JSON.stringify(body)).not.toContain("SQLITE");
    expect(fixture.internalErrors).toEqual([secret]);
  });
});

describe("introspection", () => {
  it("answers the whole schema, from which a client can be built", async () => {
    const fixture = createFixture();
    const schema = await fixture.data<IntrospectionQuery>(getIntrospectionQuery());
    const client = buildClientSchema(schema);
    expect(Object.keys(client.getQueryType()?.getFields() ?? {}).toSorted()).toEqual([
      "app",
      "apps",
      "event",
      "eventV2",
      "events",
      "eventsV2",
      "functionBySlug",
      "functionRun",
      "functions",
      "run",
      "runTrace",
      "runTraceSpanOutputByID",
      "runTrigger",
      "runs",
      "stream",
    ]);
    expect(Object.keys(client.getMutationType()?.getFields() ?? {}).toSorted()).toEqual([
      "cancelRun",
      "createApp",
      "deleteApp",
      "deleteAppByName",
      "invokeFunction",
      "rerun",
      "updateApp",
    ]);
  });
});

describe("the HTTP body", () => {
  it("is read with its variables and the name of its operation", () => {
    const body = { query: "{ apps { id } }", variables: { a: 1 }, operationName: "A", extra: 1 };
    expect(parseGraphqlBody(body)).toEqual({
      query: "{ apps { id } }",
      variables: { a: 1 },
      operationName: "A",
    });
    expect(parseGraphqlBody({ query: "{ a }", variables: null, operationName: "" })).toEqual({
      query: "{ a }",
    });
  });

  it.each([
    [[], "one JSON object"],
    [null, "one JSON object"],
    [{}, "query is missing"],
    [{ query: 7 }, "query is missing"],
    [{ query: "{a}", variables: [] }, "variables must be a JSON object"],
    [{ query: "{a}", operationName: 7 }, "operationName must be a string"],
  ])("%j is refused: %s", (body, message) => {
    expect(() => parseGraphqlBody(body)).toThrow(message);
  });

  it("goes through the route: JSON in, JSON out, with the right status", async () => {
    const { history, functions, apps } = createFixture();
    const engine = { apps: () => apps, functions: () => functions } as unknown as Engine;
    const route = createGraphqlRoute({ engine, history, nowMs: () => 0 });
    const post = async (body: string): Promise<readonly [number, unknown]> => {
      const response = await route(new Request("http://x/v0/gql", { method: "POST", body }));
      expect(response.headers.get("content-type")).toContain("application/json");
      return [response.status, await response.json()];
    };
    const query = `query A { apps { name } } query B { functions { slug } }`;
    expect(await post(JSON.stringify({ query, operationName: "B" }))).toEqual([
      200,
      { data: { functions: [{ slug: "shop-order" }] } },
    ]);
    expect(await post(JSON.stringify({ query }))).toMatchObject([422, { data: null }]);
    expect(await post("{nope")).toMatchObject([
      400,
      { errors: [{ message: expect.stringContaining("the body is not JSON") as string }] },
    ]);
  });
});

// What is imported from the package by name: middleware of the main entry, and the subpaths beside it.
import { describe, expect, it } from "vitest";

describe("the package", () => {
  it("exports middleware from its main entry, and the rest from subpaths", async () => {
    const main = await import("everstep");
    expect(main).toHaveProperty("Middleware.BaseMiddleware");
    const { InngestMiddleware, dependencyInjectionMiddleware, isInngestMiddleware } = main;
    expect(dependencyInjectionMiddleware({})).toBeInstanceOf(InngestMiddleware);
    expect(isInngestMiddleware(main)).toBe(false);
    expect(await import("everstep/encryption")).toHaveProperty("encryptionMiddleware");
    expect(await import("everstep/validation")).toHaveProperty("validationMiddleware");
    expect(await import("everstep/comm-handler")).toHaveProperty("InngestCommHandler");
  });
});

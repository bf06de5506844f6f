// Who may use the protected routes: in `cloud`, callers that show a signing key as bearer (server.md 2.1); in `dev`,
// everyone who passes the request guard, because SDKs in dev mode send no key or a made-up one.
import { EverstepError, createAuthorizer, type ServerKind } from "@everstep/protocol";

/** Throws when the `authorization` header does not open protected routes. */
export type SigningKeyGuard = (authorization: string | undefined) => void;

/** @throws EverstepError `key_rejected` from the guard. */
export function createSigningKeyGuard(
  serverKind: ServerKind,
  signingKeys: readonly string[],
): SigningKeyGuard {
  if (serverKind === "dev") return () => undefined;
  const isAuthorized = createAuthorizer(signingKeys);
  return (authorization) => {
    if (isAuthorized(authorization)) return;
    throw new EverstepError("key_rejected", reason(authorization));
  };
}

function reason(authorization: string | undefined): string {
  const wayOut = "Set INNGEST_SIGNING_KEY of the app to a signing key of this server";
  if (authorization === undefined || authorization.trim() === "") {
    return `Authentication failed: no signing key was sent. ${wayOut}, or send the header "Authorization: Bearer <signing key>".`;
  }
  return `Authentication failed: the key that was sent is not a signing key of this server. ${wayOut}; both the key and its hash are taken.`;
}

// What GET tells about the app (protocol.md 1.5). Without a valid signature only counts and flags leave; keys leave never, not
// even to the engine, only the beginning of their hashes.
import type { ServeSettings } from "./serve-settings.ts";
import { SDK_LANGUAGE, SDK_VERSION } from "./sdk-identity.ts";
import { findKeyDigest, sha256Hex } from "./signature.ts";

const SCHEMA_VERSION = "2024-05-24";
const KEY_HASH_CHARS = 12;

/** What this SDK can do beyond the base protocol, in the words of the protocol. */
export const CAPABILITIES = { trust_probe: "v1" } as const;

export interface IntrospectionFacts {
  readonly settings: ServeSettings;
  readonly frameworkName: string;
  readonly functionCount: number;
  readonly eventKey: string | undefined;
  readonly eventBaseUrl: string;
}

/** What anybody may see. */
export function describeToAnyone(facts: IntrospectionFacts): Record<string, unknown> {
  const { settings } = facts;
  return {
    schema_version: SCHEMA_VERSION,
    function_count: facts.functionCount,
    has_event_key: facts.eventKey !== undefined,
    has_signing_key: settings.signingKey !== undefined,
    has_signing_key_fallback: settings.signingKeyFallback !== undefined,
    mode: settings.mode,
    extra: { native_crypto: globalThis.crypto?.subtle !== undefined },
  };
}

/** What only the holder of the signing key may see. */
export function describeToEngine(facts: IntrospectionFacts): Record<string, unknown> {
  const { settings, eventKey } = facts;
  const open = describeToAnyone(facts);
  return {
    ...open,
    authentication_succeeded: true,
    api_origin: settings.apiBaseUrl,
    app_id: settings.appId,
    capabilities: CAPABILITIES,
    env: settings.env ?? null,
    event_api_origin: facts.eventBaseUrl,
    event_key_hash: eventKey === undefined ? null : sha256Hex(eventKey),
    framework: facts.frameworkName,
    sdk_language: SDK_LANGUAGE,
    sdk_version: SDK_VERSION,
    serve_origin: settings.serveOrigin ?? null,
    serve_path: settings.servePath ?? null,
    signing_key_hash: startOfHash(settings.signingKey),
    signing_key_fallback_hash: startOfHash(settings.signingKeyFallback),
    extra: { ...(open["extra"] as object), is_streaming: settings.isStreaming },
  };
}

function startOfHash(key: string | undefined): string | null {
  return findKeyDigest(key)?.slice(0, KEY_HASH_CHARS) ?? null;
}

// Preloaded with --import into an app process: what the app imports as `inngest3` or `inngest4` is then our own SDK, as in a
// project whose package.json says "inngest": "npm:everstep". The app's source stays the one that runs on the official SDKs.
import { registerHooks } from "node:module";

const OFFICIAL = /^inngest[34](?=\/|$)/;

registerHooks({
  resolve: (specifier, context, next) => next(specifier.replace(OFFICIAL, "everstep"), context),
});

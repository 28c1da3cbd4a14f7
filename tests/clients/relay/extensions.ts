// Files that Relay's compiler makes import each other without an extension. Bundlers add it; node wants to be told.
import type { ResolveHook } from "node:module";

export const resolve: ResolveHook = (specifier, context, next) =>
  next(specifier.endsWith(".graphql") ? `${specifier}.js` : specifier, context);

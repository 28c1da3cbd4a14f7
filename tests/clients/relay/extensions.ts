// Files that the compiler of Relay generates import each other without an extension. Bundlers resolve it; this does for Node.
import type { ResolveHook } from "node:module";

export const resolve: ResolveHook = (specifier, context, next) =>
  next(specifier.endsWith(".graphql") ? `${specifier}.js` : specifier, context);

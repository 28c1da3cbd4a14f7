// Runs the scenario with Relay, with module resolution like that of a bundler.
import { register } from "node:module";

register("./extensions.js", import.meta.url);
await import("./story.js");

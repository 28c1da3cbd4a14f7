// Starts the story with Relay the way a bundler would.
import { register } from "node:module";

register("./extensions.js", import.meta.url);
await import("./story.js");

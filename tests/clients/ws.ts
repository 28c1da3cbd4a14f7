// graphql-ws 6, the client of most pages that subscribe over WebSocket.
import { overSocket } from "./socket/client.js";
import { requests, reconnects, endings } from "./socket/lasting.js";
import { rules } from "./socket/rules.js";
import { withCookies } from "./socket/withCookies.js";
import { argument, runSteps } from "./story/steps.js";
import { watching } from "./story/watching.js";

const url = argument();
await runSteps({
  ...watching(url, overSocket, 4401),
  ...requests(url),
  ...endings(url),
  ...reconnects(url),
  ...withCookies(url),
  ...rules(url),
});

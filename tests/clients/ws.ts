// graphql-ws 6, the client of most pages that subscribe over WebSocket.
import { overSocket } from "./socket/client.js";
import { asking, comingBack, ending } from "./socket/lasting.js";
import { rules } from "./socket/rules.js";
import { withCookies } from "./socket/withCookies.js";
import { argument, tell } from "./story/tell.js";
import { watching } from "./story/watching.js";

const url = argument();
await tell({
  ...watching(url, overSocket, 4401),
  ...asking(url),
  ...ending(url),
  ...comingBack(url),
  ...withCookies(url),
  ...rules(url),
});

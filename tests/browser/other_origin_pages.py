"""Pages that use the cookies of a user in every way that a browser offers: sockets, streams, requests, forms, images.

The first page is the application's own, on which all of it works. The second is on another port of the host, which is
the same site, and the third shows what a link from there opens.
"""

ATTEMPTS = """
const QUERY = "{ me { email } }";
const withTimeout = (promise) => Promise.race([promise, new Promise((done) => setTimeout(done, 15000, "timeout"))]);
const report = (body) => fetch("/report", { method: "POST", body: JSON.stringify(body) });

const graphqlSocket = (base) => new Promise((done) => {
  const socket = new WebSocket(base.replace("http", "ws") + "/auth/graphql", "graphql-transport-ws");
  const send = (message) => socket.send(JSON.stringify(message));
  socket.onopen = () => send({ type: "connection_init" });
  socket.onmessage = ({ data }) => {
    const { type, payload } = JSON.parse(data);
    if (type === "connection_ack") send({ type: "subscribe", id: "1", payload: { query: QUERY } });
    else if (type === "next") done(payload.data.me?.email ?? "anonymous");
  };
  socket.onclose = () => done("closed");
});
const guardedSocket = (base, from) => new Promise((done) => {
  const socket = new WebSocket(`${base.replace("http", "ws")}/socket?from=${from}`);
  let opened = false;
  socket.onopen = () => (opened = true);
  socket.onclose = () => done(opened ? "opened" : "closed");
});
const eventSource = (base, from) => new Promise((done) => {
  const events = new EventSource(`${base}/events?from=${from}`, { withCredentials: true });
  events.onmessage = () => { events.close(); done("event"); };
  events.onerror = () => { events.close(); done("closed"); };
});
const image = (base, from) => new Promise((done) => {
  const image = new Image();
  image.onload = image.onerror = () => done("done");
  image.src = `${base}/read?from=${from}`;
});
const form = (base, from) => new Promise((done) => {
  const [frame, form] = [document.createElement("iframe"), document.createElement("form")];
  frame.name = "target";
  document.body.append(frame, form);
  Object.assign(form, { method: "POST", action: `${base}/change?from=${from}-form`, target: "target" });
  frame.onload = () => done("done");
  form.submit();
});
const read = (response) => response.text().catch(() => "unreadable");
const graphql = (base, query, more) => {
  const [headers, body] = [{ "Content-Type": "application/json" }, JSON.stringify({ query })];
  return fetch(`${base}/auth/graphql`, { method: "POST", credentials: "include", headers, body, ...more })
    .then(read, () => "blocked");
};
const request = (url, more) => fetch(url, { credentials: "include", ...more }).then(read, () => "blocked");

// One after the other, so that none is lost when the page is left.
const attempts = async (base, from) => ({
  graphqlSocket: await withTimeout(graphqlSocket(base)),
  guardedSocket: await withTimeout(guardedSocket(base, from)),
  eventSource: await withTimeout(eventSource(base, from)),
  graphql: await withTimeout(graphql(base, QUERY)),
  logOutAsText: await withTimeout(from === "own" ? "" : graphql(base, "mutation { logout { session { id } } }",
    { mode: "no-cors", headers: { "Content-Type": "text/plain" } })),
  rest: await withTimeout(request(`${base}/auth/me`)),
  logOutByRest: await withTimeout(from === "own" ? "" :
    request(`${base}/auth/auth/logout`, { method: "POST", mode: "no-cors" })),
  emptyPost: await withTimeout(request(`${base}/change?from=${from}`, { method: "POST", mode: "no-cors" })),
  image: await withTimeout(image(base, from)),
  form: await withTimeout(form(base, from)),
});
"""

OWN = f"""<!doctype html><title>Own</title><body><script type="module">{ATTEMPTS}
const input = `{{ email: "EMAIL", password: "correct horse battery", delivery: COOKIE }}`;
const register = `mutation {{ register(input: ${{input}}) {{ errors {{ __typename }} }} }}`;
const registered = await graphql(location.origin, register);
await report({{ page: "own", registered, results: await attempts(location.origin, "own") }});
location.assign("OTHER");
</script>"""

OTHER = f"""<!doctype html><title>Other</title><body><script type="module">{ATTEMPTS}
await report({{ page: "other", results: await attempts("BASE", "other") }});
location.assign("BASE/visit");
</script>"""

VISIT = f"""<!doctype html><title>Visit</title><body><script type="module">{ATTEMPTS}
await report({{ page: "visit", visitor: "VISITOR", me: await graphql(location.origin, QUERY) }});
</script>"""

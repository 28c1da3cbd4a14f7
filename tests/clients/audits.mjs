// Runs the GraphQL over HTTP audits with these headers (JSON): node audits.mjs URL HEADERS
import { serverAudits } from "graphql-http";

const [url, more] = process.argv.slice(2);
const fetchFn = (address, { headers, ...rest } = {}) =>
  fetch(address, { ...rest, headers: { ...headers, ...JSON.parse(more) } });

const results = [];
for (const audit of serverAudits({ url, fetchFn })) {
  const { status, reason } = await audit.fn();
  results.push({ id: audit.id, name: audit.name, status, reason: reason ?? null });
}
console.log(JSON.stringify(results));

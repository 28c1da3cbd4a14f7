// Runs an example of docs/trusted-documents.md: node recipe.mjs RECIPE MANIFEST. Prints its requests and responses (JSON)
import { readFile } from "node:fs/promises";

const [name, file] = process.argv.slice(2);
const TEXT = "query MySessions { mySessions { id isCurrent } }";
const sent = [];
const realFetch = globalThis.fetch;
globalThis.fetch = (address, options = {}) => {
  sent.push(options.body ? JSON.parse(options.body) : Object.fromEntries(new URL(address).searchParams));
  const headers = { ...options.headers, Authorization: `Bearer ${process.env.TOKEN}` };
  return realFetch(address, { ...options, headers });
};

const recipe = await import(`./recipe-${name}.mjs`);
const manifest = JSON.parse(await readFile(file, "utf8"));
const [id] = Object.entries(manifest).find(([, text]) => String(text).includes("mySessions")) ?? [];
// A document with its id, as the client preset generates it.
const generated = async () => ({ ...(await import("graphql")).parse(TEXT), __meta__: { hash: id } });

const DRIVERS = {
  apollo: async () => {
    const { gql } = await import("@apollo/client");
    const send = () => recipe.client.query({ query: gql(TEXT), fetchPolicy: "network-only" });
    return [await send(), await send()].map((result) => result.data);
  },
  relay: async () => {
    const { Observable } = await import("relay-runtime");
    const params = { id, text: null, name: "AppQuery", operationKind: "query", metadata: {} };
    const found = recipe.environment.getNetwork().execute(params, {}, {});
    return [(await Observable.from(found).toPromise()).data];
  },
  client: async () => [(await recipe.execute(await generated(), {})).data],
  urql: async () => {
    const send = async (query) => (await recipe.client.query(query, {}, { requestPolicy: "network-only" })).data;
    const query = name.endsWith("manifest") ? await generated() : TEXT;
    return [await send(query), await send(query)];
  },
};

const answers = await DRIVERS[name.split("-")[0]]();
console.log(JSON.stringify({ sent, answers }));

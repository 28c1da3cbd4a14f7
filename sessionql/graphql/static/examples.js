// The example operations, which the server inserts into the page, and helpers that parse operations.

const FIRST_TABS = ["register", "login", "mySessions", "revokeSession"];

// The operation of a document that a request would execute; null if the document is invalid or ambiguous.
export function selectOperation(query, operationName) {
  const { parse, getOperationAST } = window.GraphiQL.GraphQL;
  try {
    return getOperationAST(parse(query), operationName);
  } catch {
    return null;
  }
}

// The root fields of an operation: the key in the response and the name in the schema.
export function rootFields(operation) {
  const selections = operation?.selectionSet.selections ?? [];
  return selections
    .filter(({ kind }) => kind === "Field")
    .map(({ alias, name }) => ({ key: (alias ?? name).value, name: name.value }));
}

// The comments at the start of a document, up to an empty one: the purpose of the operation.
function purpose(query) {
  const lines = query.split("\n");
  const end = lines.findIndex((line) => !/^#\s*\S/.test(line));
  return lines
    .slice(0, end)
    .map((line) => line.replace(/^#\s*/, ""))
    .join(" ");
}

function describe({ name, query, variables }) {
  const operation = selectOperation(query);
  const root = rootFields(operation)[0]?.name ?? "";
  return { name, query, variables, root, kind: operation?.operation ?? "query", purpose: purpose(query) };
}

export const examples = JSON.parse(document.getElementById("examples").textContent).map(describe);

// The tabs of a first visit: register, log in, list sessions, revoke one.
export const firstExamples = FIRST_TABS.map((field) => examples.find(({ root }) => root === field)).filter(Boolean);

// The example operations the server put into the page, and what can be read off an operation's text.

const FIRST_TABS = ["register", "login", "mySessions", "revokeSession"];

// The operation of a document that would run, or null when it cannot be told (GraphiQL lets people run anything).
export function selectOperation(query, operationName) {
  const { parse, getOperationAST } = window.GraphiQL.GraphQL;
  try {
    return getOperationAST(parse(query), operationName);
  } catch {
    return null;
  }
}

// Its root fields, by their key in the response and by their name in the schema.
export function rootFields(operation) {
  const selections = operation?.selectionSet.selections ?? [];
  return selections
    .filter(({ kind }) => kind === "Field")
    .map(({ alias, name }) => ({ key: (alias ?? name).value, name: name.value }));
}

// The leading comments up to a blank one: when to use the operation.
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

// What a first visit opens: the shortest way through signing in and signing out a device.
export const firstExamples = FIRST_TABS.map((field) => examples.find(({ root }) => root === field)).filter(Boolean);

// The lints of our schemas and of the example operations. Every exception has its reason beside it.
import graphql from "@graphql-eslint/eslint-plugin";

const { configs, parser } = graphql;

const schemaRules = {
  ...configs["flat/schema-recommended"].rules,
  ...configs["flat/schema-relay"].rules,
  // More than recommended: whatever a client may ask about is explained, down to each argument.
  "@graphql-eslint/require-description": [
    "error",
    {
      types: true,
      rootField: true,
      FieldDefinition: true,
      InputValueDefinition: true,
      EnumValueDefinition: true,
      DirectiveDefinition: true,
      // GraphQL's own directive. Its line is there for tools that are older than it, and explains nothing of ours.
      ignoredSelectors: ["DirectiveDefinition[name.value=oneOf]"],
    },
  ],
  // An ID is for what can be fetched again. These are parts of something else, or the answer to one request.
  "@graphql-eslint/strict-id-in-types": [
    "error",
    {
      exceptions: {
        suffixes: ["Payload", "Error", "Connection", "Edge"],
        types: ["AuthTokens", "DeviceInfo", "DeviceKindCount", "Introspection", "Location", "PageInfo", "SessionRevokedEvent", "SessionStats"],
      },
    },
  ],
  "@graphql-eslint/relay-edge-types": [
    "error",
    {
      withEdgeSuffix: true,
      shouldImplementNode: true,
      // Lists that are short by nature are no pages: the `errors` of a payload, the path of an argument, the `nodes` of
      // a page beside its edges, and `mySessions`, the plain list of at most 100.
      listTypeCanWrapOnlyEdgeType: false,
    },
  ],
};
const operationRules = configs["flat/operations-recommended"].rules;

const graphQLConfig = {
  projects: {
    sessions: { schema: "schema/schema.graphql", documents: "graphql_examples/*.graphql" },
    python: { schema: "schema/schema.graphql", documents: "graphql_examples/python/*.graphql" },
    services: { schema: "schema/services.graphql", documents: "graphql_examples/services/*.graphql" },
    // By which the tests know that these lints find anything at all.
    wrong: { schema: "tests/clients/wrong/schema.graphql", documents: "tests/clients/wrong/operation.graphql" },
  },
};

function lint(files, rules) {
  const languageOptions = { parser, parserOptions: { graphQLConfig } };
  return { files, languageOptions, plugins: { "@graphql-eslint": graphql }, rules };
}

export default [
  lint(["schema/*.graphql", "tests/clients/wrong/schema.graphql"], schemaRules),
  lint(["graphql_examples/**/*.graphql", "tests/clients/wrong/operation.graphql"], operationRules),
];

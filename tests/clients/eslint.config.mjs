// The lint rules for the schemas and the example operations, with a reason for each exception.
import graphql from "@graphql-eslint/eslint-plugin";

const { configs, parser } = graphql;

const schemaRules = {
  ...configs["flat/schema-recommended"].rules,
  ...configs["flat/schema-relay"].rules,
  // Stricter than recommended: every type, field, argument and enum value has a description.
  "@graphql-eslint/require-description": [
    "error",
    {
      types: true,
      rootField: true,
      FieldDefinition: true,
      InputValueDefinition: true,
      EnumValueDefinition: true,
      DirectiveDefinition: true,
      // A directive of the GraphQL specification, declared for older tools only.
      ignoredSelectors: ["DirectiveDefinition[name.value=oneOf]"],
    },
  ],
  // An ID identifies objects that can be refetched. These types are parts of other objects or of one response.
  "@graphql-eslint/strict-id-in-types": [
    "error",
    {
      exceptions: {
        suffixes: ["Payload", "Error", "Connection", "Edge"],
        types: ["AuthTokens", "DeviceInfo", "DeviceKindCount", "Introspection", "Location", "PageInfo", "PasswordResetToken", "SessionRevokedEvent", "SessionStats"],
      },
    },
  ],
  "@graphql-eslint/relay-edge-types": [
    "error",
    {
      withEdgeSuffix: true,
      shouldImplementNode: true,
      // Short lists have no pagination: the `errors` of a payload, the path of an argument, the `nodes` of a connection,
      // and `mySessions`, a list of at most 100.
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
    // The tests check that this rule reports an error: it shows that the linter runs.
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

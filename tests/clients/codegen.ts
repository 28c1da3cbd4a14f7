// Generates the types of operations beyond the examples, and a client for an older schema.
import type { CodegenConfig } from "@graphql-codegen/cli";

const config = {
  importExtension: ".js",
  useTypeImports: true,
  strictScalars: true,
  scalars: { ID: "string", DateTime: "string", IPAddress: "string", JWT: "string" },
} as const;

export default {
  generates: {
    "./generated/": {
      schema: "../../schema/schema.graphql",
      documents: "./*.ts",
      preset: "client",
      presetConfig: { fragmentMasking: { unmaskFunctionName: "unmask" } },
      config,
    },
    "./older/generated/": {
      schema: "./older/schema.graphql",
      documents: "./older/*.ts",
      preset: "client",
      config,
    },
  },
} satisfies CodegenConfig;

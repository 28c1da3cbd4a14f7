// Generates `generated/` from the schema and the operations in the parent folder: npx graphql-codegen
import type { CodegenConfig } from "@graphql-codegen/cli";

const config: CodegenConfig = {
  schema: "../../schema/schema.graphql",
  documents: "../*.graphql",
  generates: {
    "./generated/": {
      preset: "client",
      presetConfig: { fragmentMasking: false },
      config: {
        importExtension: ".js",
        useTypeImports: true,
        strictScalars: true,
        scalars: { ID: "string", DateTime: "string", IPAddress: "string", JWT: "string" },
        // A newer server may return enum values that this client does not know.
        futureProofEnums: true,
      },
    },
  },
};

export default config;

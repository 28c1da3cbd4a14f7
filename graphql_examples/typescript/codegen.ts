// Makes `generated/` from the schema and the operations of this folder's parent: npx graphql-codegen
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
        // A later server may know more kinds of things than this client was made for.
        futureProofEnums: true,
      },
    },
  },
};

export default config;

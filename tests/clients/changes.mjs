// Lists the changes between two schemas, with their severity: node changes.mjs OLD.graphql NEW.graphql
import { readFileSync } from "node:fs";

import { diff } from "@graphql-inspector/core";
import { buildSchema } from "graphql";

const [before, after] = process.argv.slice(2).map((file) => buildSchema(readFileSync(file, "utf8")));
const changes = await diff(before, after);
console.log(
  JSON.stringify(
    changes.map(({ criticality, path, message }) => ({ level: criticality.level, path: path ?? null, message })),
  ),
);

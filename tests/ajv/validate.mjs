// Reads lines of {"schema": "urn:lusedge:v1:frame", "payload": {…}} and answers each with {"valid": …, "errors": […]}.
// Strict mode: a mistake in a schema itself is an error too.
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import Ajv2020 from "ajv/dist/2020.js";

const folder = join(dirname(fileURLToPath(import.meta.url)), "../../docs/schemas/v1");
const ajv = new Ajv2020.default({ strict: true, allErrors: true });
const ids = readdirSync(folder)
  .filter((file) => file.endsWith(".json"))
  .map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")))
  .filter((schema) => schema.$id.startsWith("urn:lusedge:v1:"))
  .map((schema) => (ajv.addSchema(schema), schema.$id));
for (const id of ids) ajv.getSchema(id);

for await (const line of createInterface({ input: process.stdin })) {
  const { schema, payload } = JSON.parse(line);
  const validate = ajv.getSchema(schema);
  const valid = validate ? validate(payload) : false;
  const errors = validate ? (validate.errors ?? []).map((e) => `${e.instancePath} ${e.message}`) : [`there is no schema ${schema}`];
  console.log(JSON.stringify({ valid, errors }));
}

// The document of the API is what web/openapi says and a kassa answers: every example is sent to the real binary, answers as it is written,
// and fits its schemas; every schema of an object is closed. KASSA_BLESS=1 writes the answers and docs/openapi.json anew.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { AREAS } from "../openapi/areas.mjs";
import { ANSWERS, answersText, DOCUMENT, document, text } from "../openapi/document.mjs";
import { Examples } from "./openapi_examples.mjs";

const BLESS = process.env.KASSA_BLESS === "1";
const OPERATIONS = AREAS.flatMap(({ operations }) => operations);
const recorded = () => JSON.parse(readFileSync(ANSWERS, "utf8"));

let examples;
before(async () => {
  examples = await Examples.start();
});
after(async () => {
  await examples?.kassa.remove();
});

test("every example answers as it is written", async () => {
  const before = BLESS ? undefined : recorded();
  const answers = {};
  const wrong = [];
  const { paths } = document({ samples: {}, answers: {} });
  for (const operation of OPERATIONS) {
    answers[operation.id] = {};
    for (const example of operation.examples) {
      const { status, type, came, shown } = await examples.send(operation, example);
      const named = paths[operation.path][operation.method].responses[status]?.headers ?? {};
      for (const [name, { required }] of Object.entries(named))
        if (required && !examples.headers.has(name)) wrong.push(`${operation.id} ${example.name}: no ${name}`);
      if (status !== example.status)
        wrong.push(`${operation.id} ${example.name}: ${status}, not ${example.status}: ${JSON.stringify(came)}`);
      answers[operation.id][example.name] = { status, type, body: shown, came };
    }
  }
  assert.deepEqual(wrong, []);
  const { told, misfits } = fitting(answers);
  assert.deepEqual(misfits, []);
  if (BLESS) {
    writeFileSync(ANSWERS, answersText({ samples: examples.samples, answers: told }));
    writeFileSync(DOCUMENT, text(document({ samples: examples.samples, answers: told })));
  } else {
    for (const { id, examples: all } of OPERATIONS) {
      // What else happens in the background is in such an answer or not: it fits its schema, and the one that was written stays.
      for (const { name, varies } of all) if (varies) told[id][name].body = before.answers[id][name]?.body;
      assert.deepEqual(plain(told[id]), before.answers[id], id);
    }
  }
});

test("docs/openapi.json is what web/openapi says", () => {
  const hint = "KASSA_BLESS=1 node --test e2e/openapi.test.mjs writes it";
  assert.equal(readFileSync(DOCUMENT, "utf8"), text(document(recorded())), hint);
});

/** What a shop that is no demo refuses: `game_day` and the admin's tests see it done. */
const OF_A_DEMO = ["beginGameDay", "stopGameDay"];

test("every operation has an example that succeeds, but what only a demo does", () => {
  for (const { id, examples: all } of OPERATIONS)
    assert.equal(
      all?.some(({ status }) => status < 400),
      !OF_A_DEMO.includes(id),
      id,
    );
  const ids = OPERATIONS.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
});

test("every object in an answer is closed", () => {
  const { paths, components } = document(recorded());
  const open = [];
  walk({ paths, components }, [], (schema, place) => {
    const closed = schema.additionalProperties !== undefined || !schema.properties;
    if (schema.type === "object" && !closed) open.push(place.join("/"));
  });
  assert.deepEqual(open, []);
});

const plain = (value) => JSON.parse(JSON.stringify(value));

/** The answers without what only this run saw; and which of them, or of the requests, do not fit their schemas. */
function fitting(answers) {
  const doc = document({ samples: examples.samples, answers: {} });
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, validateFormats: false, allErrors: true });
  ajv.addVocabulary(["components"]);
  ajv.addSchema({ $id: "doc", components: doc.components });
  const misfits = [];
  const check = (what, schema, value) => {
    const absolute = JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"doc#/components'));
    const fits = ajv.compile(absolute);
    if (!fits(value)) misfits.push(`${what}: ${ajv.errorsText(fits.errors)} in ${JSON.stringify(value).slice(0, 600)}`);
  };
  const told = {};
  for (const operation of OPERATIONS) {
    const written = doc.paths[operation.path][operation.method];
    told[operation.id] = {};
    for (const example of operation.examples) {
      const { came, ...answer } = answers[operation.id][example.name];
      const what = `${operation.id} ${example.name}`;
      told[operation.id][example.name] = answer;
      const found = written.responses[answer.status];
      if (!found) misfits.push(`${what}: ${answer.status} is not described`);
      const response = found?.$ref ? doc.components.responses[found.$ref.split("/").at(-1)] : found;
      const content = response?.content?.[answer.type];
      if (answer.type && !content) misfits.push(`${what}: ${answer.status} with ${answer.type} is not described`);
      if (came !== undefined && content) check(what, content.schema, came);
      if (answer.status >= 400 || example.body === undefined) continue;
      const values = written.requestBody.content[operation.takes ?? "application/json"];
      check(`${what}, its body`, values.schema, values.examples[example.name].value);
    }
  }
  return { told, misfits };
}

function walk(value, place, visit) {
  if (value === null || typeof value !== "object") return;
  if (!Array.isArray(value)) visit(value, place);
  for (const [name, one] of Object.entries(value))
    if ((name !== "examples" && name !== "properties") || !Array.isArray(value)) walk(one, [...place, name], visit);
}

/** Reading and changing positions with openapi-fetch: lists, pages, items, problems, a change. */
import assert from "node:assert";
import createClient from "openapi-fetch";
import type { components, paths } from "./api";

type Problem = components["schemas"]["ProblemBody"];

const baseUrl = process.env["POSITIONS_URL"] ?? "http://127.0.0.1:8000";
const headers = { Authorization: `Bearer ${process.env["POSITIONS_KEY"]}` };

// An answer has several media types: name those that you read, or `data` and `error` are unions.
type Json = "application/json" | "application/problem+json";
type Sparse = "application/vnd.positions.fields+json" | "application/problem+json";
const api = createClient<paths, Json>({ baseUrl });
const sparse = createClient<paths, Sparse>({ baseUrl });
const desk = createClient<paths, Json>({ baseUrl, headers });

/** Throw the problem of an answer that has no data. */
function dataOf<T>({ data, error }: { data?: T; error?: Problem }): T {
  if (data === undefined) throw new Error(error?.detail ?? "no answer");
  return data;
}

async function readPages(): Promise<void> {
  const query = { holder: ["USA"], limit: 1 };
  const first = dataOf(await api.GET("/v1/opinions", { params: { query } }));
  const next = new URL(first.links.next ?? assert.fail("one page"), baseUrl);
  const cursor = next.searchParams.get("cursor") ?? assert.fail("no cursor");
  const second = dataOf(await api.GET("/v1/opinions", { params: { query: { ...query, cursor } } }));
  for (const { id, holder, stance, evidence } of [...first.data, ...second.data]) {
    const place = evidence[0] ?? assert.fail("no evidence");
    const where = "record" in place ? `row ${place.record}` : `paragraph ${place.paragraph}`;
    console.log(`${id}: ${holder.name} ${stance}, ${place.document} ${where}`);
  }
  assert.notEqual(first.data[0]?.id, second.data[0]?.id);
}

async function readItem(): Promise<void> {
  const path = { id: "KAZ" };
  const { data } = dataOf(await api.GET("/v1/countries/{id}", { params: { path } }));
  console.log(`${data.name} since ${data.valid_from?.text ?? "a day that is not known"}`);
  assert.equal(data.iso3166_1_alpha2, "KZ");
}

async function readProblems(): Promise<void> {
  const path = { id: "no-such-topic" };
  const lost = await api.GET("/v1/topics/{id}", { params: { path } });
  const missing = lost.error ?? assert.fail("found");
  assert.equal(lost.response.status, 404);
  // `errors` is there only where the input has faults.
  console.log(missing.code, missing.errors?.map((fault) => fault.detail) ?? "no faults");

  const query = { holder: ["Narnia"] };
  const wrong = (await api.GET("/v1/opinions", { params: { query } })).error ?? assert.fail("known");
  const [fault] = wrong.errors ?? [];
  console.log(`${fault?.parameter}: ${fault?.detail}`);
  assert.equal(fault?.parameter, "holder");
}

async function readSomeFields(): Promise<void> {
  const query = { fields: ["id" as const, "name" as const] };
  const { data } = dataOf(await sparse.GET("/v1/topics", { params: { query } }));
  assert.deepEqual(Object.keys(data[0] ?? {}), ["id", "name"]);
  console.log(data[0]?.["name"]);
}

async function change(): Promise<void> {
  const body = { id: "railways-openapi-fetch", dataset: "reference", name: "Railways" };
  const made = await desk.POST("/v1/topics", { body });
  const path = { id: dataOf(made).data.id };
  const header = { "If-Match": made.response.headers.get("etag") ?? assert.fail("no tag") };
  const params = { path, header, query: { change_reason: "correction" as const } };
  const changed = await desk.PATCH("/v1/topics/{id}", { params, body: { name: "Rail" } });
  assert.equal(dataOf(changed).data.revision, 2);

  const late = await desk.PATCH("/v1/topics/{id}", { params, body: { name: "Roads" } });
  console.log(late.error?.code ?? assert.fail("somebody's change was overwritten"));
  assert.equal(late.response.status, 412);

  const faulty = { ...body, id: "roads", dataset: "no-such-dataset" };
  const { error } = await desk.POST("/v1/topics", { body: faulty });
  const [fault] = error?.errors ?? [];
  console.log(`${fault?.pointer}: ${fault?.detail}`);
  assert.equal(fault?.pointer, "/dataset");
}

async function main(): Promise<void> {
  await readPages();
  await readItem();
  await readProblems();
  await readSomeFields();
  await change();
}

main().catch((reason: unknown) => {
  console.error(reason);
  process.exitCode = 1;
});

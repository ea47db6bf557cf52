/** Reading and changing positions with hey-api: lists, pages, items, problems, a change. */
import assert from "node:assert";
import {
  createTopic,
  getCountry,
  getTopic,
  listOpinions,
  listTopics,
  updateTopic,
  type ProblemBody,
  type SparsePage,
} from "./client";
import { client } from "./client/client.gen";

const baseUrl = process.env["POSITIONS_URL"] ?? "http://127.0.0.1:8000";
client.setConfig({ baseUrl, auth: () => process.env["POSITIONS_KEY"] });

/** Throw the problem of an answer that has no data. */
function dataOf<T>({ data, error }: { data?: T; error?: ProblemBody | undefined }): T {
  if (data === undefined) throw new Error(error?.detail ?? "no answer");
  return data;
}

async function readPages(): Promise<void> {
  const query = { holder: ["USA"], limit: 1 };
  const first = dataOf(await listOpinions({ query }));
  const next = new URL(first.links.next ?? assert.fail("one page"), baseUrl);
  const cursor = next.searchParams.get("cursor") ?? assert.fail("no cursor");
  const second = dataOf(await listOpinions({ query: { ...query, cursor } }));
  for (const { id, holder, stance, evidence } of [...first.data, ...second.data]) {
    const place = evidence[0] ?? assert.fail("no evidence");
    const where = "record" in place ? `row ${place.record}` : `paragraph ${place.paragraph}`;
    console.log(`${id}: ${holder.name} ${stance}, ${place.document} ${where}`);
  }
  assert.notEqual(first.data[0]?.id, second.data[0]?.id);
}

async function readItem(): Promise<void> {
  const { data } = dataOf(await getCountry({ path: { id: "KAZ" } }));
  console.log(`${data.name} since ${data.valid_from?.text ?? "a day that is not known"}`);
  assert.equal(data.iso3166_1_alpha2, "KZ");
}

async function readProblems(): Promise<void> {
  const lost = await getTopic({ path: { id: "no-such-topic" } });
  const missing = lost.error ?? assert.fail("found");
  assert.equal(lost.response?.status, 404);
  // `errors` is there only where the input has faults.
  console.log(missing.code, missing.errors?.map((fault) => fault.detail) ?? "no faults");

  const wrong = (await listOpinions({ query: { holder: ["Narnia"] } })).error;
  const [fault] = wrong?.errors ?? [];
  console.log(`${fault?.parameter}: ${fault?.detail}`);
  assert.equal(fault?.parameter, "holder");
}

async function readSomeFields(): Promise<void> {
  const answer = await listTopics({ query: { fields: ["id", "name"] } });
  // The generator knows one shape for each status, that of whole rows.
  const { data }: SparsePage = dataOf(answer);
  assert.deepEqual(Object.keys(data[0] ?? {}), ["id", "name"]);
  console.log(data[0]?.["name"]);
}

async function change(): Promise<void> {
  const body = { id: "railways-hey-api", dataset: "reference", name: "Railways" };
  const made = await createTopic({ body });
  const path = { id: dataOf(made).data.id };
  const headers = { "If-Match": made.response?.headers.get("etag") ?? assert.fail("no tag") };
  const at = { path, headers, query: { change_reason: "correction" as const } };
  const changed = await updateTopic({ ...at, body: { name: "Rail" } });
  const record = dataOf(changed) || assert.fail("left out, as `Prefer: return=minimal` asks");
  assert.equal(record.data.revision, 2);

  const late = await updateTopic({ ...at, body: { name: "Roads" } });
  console.log(late.error?.code ?? assert.fail("somebody's change was overwritten"));
  assert.equal(late.response?.status, 412);

  const { error } = await createTopic({ body: { ...body, id: "roads", dataset: "no-such-dataset" } });
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

// Loaded first in every process of Node's that a test run makes (`record-traffic.ts`): writes down what the emulated services of Azure there
// are asked and answer, one of each shape, so that all of it can be held against Microsoft's descriptions when the run ends.
// A service is known by the Server header of its answers; whatever else listens is left alone. Nothing here may fail a process or say a word.
"use strict";
const { subscribe } = require("node:diagnostics_channel");
const { appendFileSync } = require("node:fs");
const { join } = require("node:path");

const folder = process.env.BATCHAI_TRAFFIC_FOLDER;
const services = [
  [/^Azurite-Blob\//, "blob"],
  [/^Azurite-Queue\//, "queue"],
  [/^Azurite-Table\//, "table"],
  [/^Windows-Azure-File\//, "file"],
  [/^OpenBatchAI-Batch\//, "batch"],
];
/** Of a body; what is longer is cut, and its content not looked into. */
const mostBytes = 256 * 1024;
/** Of a shape of requests as many are looked at in full, then every one whose number is a power of two. */
const inFull = 24;

/** By the shape of what is asked. */
const asked = new Map();
/** By the shape of what is asked and answered. */
const written = new Set();

if (folder !== undefined && folder !== "") {
  subscribe("http.server.request.start", ({ request, response }) => watch(request, response));
  subscribe("child_process", ({ process: child }) => alsoIn(child));
}

/** A child whose environment was chosen for it is watched as well. */
function alsoIn(child) {
  const { spawn } = child;
  child.spawn = function withRecorder(options) {
    const { file, envPairs } = options ?? {};
    if (file === process.execPath && Array.isArray(envPairs))
      for (const name of ["NODE_OPTIONS", "BATCHAI_TRAFFIC_FOLDER"])
        if (!envPairs.some((pair) => pair.startsWith(`${name}=`)))
          envPairs.push(`${name}=${process.env[name] ?? ""}`);
    return spawn.call(this, options);
  };
}

function watch(request, response) {
  const sent = gathering(request, "push");
  const answered = gathering(response, "write", "end");
  response.once("close", () => {
    if (!response.writableFinished) return;
    try {
      note(request, response, sent, answered);
    } catch {
      // An address that is none, which tests send on purpose: what answered it goes on.
    }
  });
}

function note(request, response, sent, answered) {
  const headers = headersOf(response);
  const service = services.find(([pattern]) => pattern.test(headers.server ?? ""))?.[1];
  // What stands between a service and its caller on purpose spoils answers on purpose: the service's own were seen before.
  if (service === undefined || headers.via !== undefined) return;
  append(`${process.pid}.${service}`, ".");
  const exchange = { service, method: request.method, url: request.url, status: response.statusCode };
  const first = shapeOf(exchange, request.headers);
  const times = (asked.get(first) ?? 0) + 1;
  asked.set(first, times);
  if (times > inFull && (times & (times - 1)) !== 0) return;
  const bodies = { request: sent(), answer: answered() };
  const shape = [first, ...Object.values(bodies).map(contentOf), msHeaders(headers)].join(" ");
  if (written.has(shape)) return;
  written.add(shape);
  const asking = { ...request.headers };
  delete asking.authorization;
  append(
    `${process.pid}.jsonl`,
    `${JSON.stringify({ ...exchange, sent: asking, got: headers, ...bodies })}\n`,
  );
}

/** What is handed to these methods, as it goes by: a function that tells all of it. */
function gathering(stream, ...methods) {
  const parts = [];
  let size = 0;
  for (const name of methods) {
    const method = stream[name];
    stream[name] = function gather(part, encoding, ...more) {
      if (typeof part === "string" || ArrayBuffer.isView(part)) {
        const bytes =
          typeof part === "string"
            ? Buffer.from(part, typeof encoding === "string" ? encoding : "utf8")
            : Buffer.from(part.buffer, part.byteOffset, part.byteLength);
        if (size < mostBytes) parts.push(Buffer.from(bytes.subarray(0, mostBytes - size)));
        size += bytes.length;
      }
      return method.call(this, part, encoding, ...more);
    };
  }
  return () => ({ text: Buffer.concat(parts).toString("latin1"), isWhole: size <= mostBytes });
}

/** As they went out: what `writeHead` is given is in no list of the answer. */
function headersOf({ _header: text }) {
  const lines = String(text ?? "")
    .split("\r\n")
    .slice(1);
  return Object.fromEntries(
    lines
      .filter((line) => line.includes(":"))
      .map((line) => {
        const at = line.indexOf(":");
        return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()];
      }),
  );
}

function shapeOf({ service, method, url, status }, headers) {
  const { pathname, searchParams } = new URL(url, "http://any");
  const version = searchParams.get("api-version") ?? "";
  const names = [...new Set(searchParams.keys())].sort().join(",");
  const path = service === "batch" ? typesOf(pathname) : placesOf(pathname);
  return [service, method, path, names, version, msHeaders(headers), status].join(" ");
}

// Every other part of a path of Azure Batch is a name: `/pools/p/nodes/n`.
const typesOf = (path) =>
  path
    .split("/")
    .map((part, index) => (part === "" || index % 2 === 1 ? part : "*"))
    .slice(0, 12)
    .join("/");

/** Accounts, containers, blobs, rows: what stands for all of their kind. */
const placesOf = (path) =>
  path
    .split("/")
    .slice(1, 5)
    .map((part) =>
      /^(\$batch|Tables|messages)$/.test(part) ? part : part === "" ? "" : part.includes("(") ? "*()" : "*",
    )
    .join("/");

const msHeaders = (headers) =>
  Object.keys(headers)
    .filter((name) => name.startsWith("x-ms-"))
    .map((name) => (name.startsWith("x-ms-meta-") ? "x-ms-meta-" : name))
    .sort()
    .join(",");

/** Of JSON the members with what choices they hold, of XML the elements, of a batch what it does. */
function contentOf({ text, isWhole }) {
  if (text === "") return "empty";
  if (!isWhole) return "long";
  if (/^\s*[[{]/.test(text)) {
    try {
      const members = new Set();
      membersOf(JSON.parse(text), "", members);
      return [...members].sort().join(",");
    } catch {
      return "text";
    }
  }
  if (/^\s*<\?xml/.test(text)) return [...new Set(text.match(/<\w+/g))].sort().join("");
  if (/^--\w*batch/.test(text))
    return [...new Set(text.match(/^(?:GET|POST|PUT|MERGE|PATCH|DELETE) |^HTTP\/1\.1 \d+/gm))]
      .sort()
      .join(",");
  return "text";
}

const choice = /(?:state|mode|option|action|scope|result|category|type|code)$/i;
function membersOf(value, place, members) {
  if (members.size > 500 || place.length > 200) return;
  if (Array.isArray(value)) for (const item of value) membersOf(item, `${place}[]`, members);
  else if (typeof value === "object" && value !== null)
    for (const [name, member] of Object.entries(value)) membersOf(member, `${place}/${name}`, members);
  else
    members.add(choice.test(place) ? `${place}=${String(value).slice(0, 40)}` : `${place}:${typeof value}`);
}

/** At once: most processes of tests are killed in the end. */
function append(file, text) {
  try {
    appendFileSync(join(folder, file), text);
  } catch {
    // The run has ended and its folder is gone.
  }
}

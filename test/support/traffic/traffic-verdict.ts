// What a test run had written down of the emulated services' traffic, held against Microsoft's descriptions. A request counts that its service
// took: what tests send wrongly on purpose is refused, and the refusal is an answer like any other.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { extname, join } from "node:path";
import { verdictOn } from "../contract/exchange.ts";
import { partsOf, storageVerdict } from "../contract/storage-description.ts";
import type { StorageRequest } from "../contract/storage-description.ts";

interface Body {
  /** Bytes, as latin1. */
  readonly text: string;
  readonly isWhole: boolean;
}
interface Recorded {
  readonly service: "blob" | "queue" | "table" | "file" | "batch";
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly sent: Readonly<Record<string, string>>;
  readonly got: Readonly<Record<string, string>>;
  readonly request: Body;
  readonly answer: Body;
}
export interface TrafficVerdict {
  readonly services: Readonly<
    Record<string, { requests: number; shapes: number; operations: readonly string[] }>
  >;
  /** Each once, sorted. */
  readonly violations: readonly string[];
}

export async function verdictOnTraffic(folder: string): Promise<TrafficVerdict> {
  const services: Record<string, { requests: number; shapes: number; operations: string[] }> = {};
  const of = (service: string) => (services[service] ??= { requests: 0, shapes: 0, operations: [] });
  const violations = new Set<string>();
  for (const file of readdirSync(folder)) {
    const path = join(folder, file);
    // One byte for each request.
    if (!file.endsWith(".jsonl")) of(extname(file).slice(1)).requests += statSync(path).size;
    else
      for (const recorded of linesOf(path)) {
        const service = of(recorded.service);
        service.shapes += 1;
        for (const { operation, problems } of await verdictsOn(recorded)) {
          if (!operation.includes(" ") && !service.operations.includes(operation))
            service.operations.push(operation);
          for (const problem of problems) violations.add(`${recorded.service} ${operation}: ${problem}`);
        }
      }
  }
  for (const service of Object.values(services)) service.operations.sort();
  return { services, violations: [...violations].sort() };
}

export function reportOf({ services, violations }: TrafficVerdict): string {
  const lines = Object.entries(services)
    .toSorted(([one], [other]) => one.localeCompare(other))
    .map(
      ([name, { requests, shapes, operations }]) =>
        `  ${name.padEnd(6)} ${requests} requests, ${shapes} shapes of them, ${operations.length} operations`,
    );
  return [
    `Traffic held against Microsoft's descriptions: ${violations.length} violations`,
    ...lines,
    ...violations.map((violation) => `  ${violation}`),
  ].join("\n");
}

/** A process that was killed leaves half a line. */
function linesOf(file: string): readonly Recorded[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .flatMap((text) => {
      try {
        return text === "" ? [] : [JSON.parse(text) as Recorded];
      } catch {
        return [];
      }
    });
}

interface Found {
  readonly operation: string;
  readonly problems: readonly string[];
}

async function verdictsOn(recorded: Recorded): Promise<readonly Found[]> {
  return recorded.service === "batch" ? ofBatch(recorded) : ofStorage(recorded, recorded.service);
}

/** What the emulator takes though no description has it, and what the app never sends: whole numbers as text, and what links to further pages carry. */
const takenBeside = [/: -?\d+ is no integer$/, /^\?\$skiptoken: is not in the description$/];

/** When a node started last is required in the description and, by its own words there, not present where it has not. */
const notYet = /^(?:\/value\[\])?\/lastBootTime: is missing$/;

/** What a test sends without a client may say more than its operation takes, as those that try bad input do. */
const isByHand = (sent: Recorded["sent"]) => [undefined, "node"].includes(sent["user-agent"]);

function ofBatch({ method, url, status, sent, request, answer }: Recorded): readonly Found[] {
  const { pathname, searchParams } = new URL(url.replace(/^\/+/, "/"), "http://any");
  if (!request.isWhole || !answer.isWhole) return [];
  const verdict = verdictOn({
    method,
    // With an empty name behind it, a collection is still the collection: it is answered, and judged, as that.
    path: pathname.replace(/(?<=.)\/+$/, ""),
    query: new Map(searchParams),
    request: utf8(request),
    status,
    answer: utf8(answer),
  });
  if (verdict === undefined) return [];
  const { operation, inRequest, inAnswer } = verdict;
  const taken = inRequest.filter((problem) => !takenBeside.some((one) => one.test(problem)));
  const told = inAnswer.filter((problem) => !notYet.test(problem));
  return [{ operation, problems: [...(status < 400 && !isByHand(sent) ? taken : []), ...told] }];
}

async function ofStorage(
  { method, url, status, sent, got, request, answer }: Recorded,
  plane: "blob" | "queue" | "table" | "file",
): Promise<readonly Found[]> {
  const { pathname, searchParams: query } = new URL(url.replace(/^\/+/, "/"), "http://any");
  // Browsers ask before they ask.
  if (method === "OPTIONS") return [];
  const asked: StorageRequest = {
    plane,
    method,
    // The account is in the name of the host, or else the first part of the path.
    path: decoded(pathname).replace(
      /^\w+\.(?:blob|queue|table|file)\./.test(sent["host"] ?? "") ? /^\// : /^\/[^/]+\/?/,
      "",
    ),
    query,
    headers: new Map(Object.entries(sent)),
    body: request.text,
  };
  const headers = new Map(Object.entries(got));
  const body =
    method === "HEAD"
      ? undefined
      : await contentOf(answer, headers.get("content-type") ?? "").catch(() => unreadable);
  if (body === unreadable)
    return [{ operation: `${method} ${pathname}`, problems: [`${status}: ${unreadable}`] }];
  const { operation, problems, inAnswer } = storageVerdict(asked, status, { headers, body });
  const ofSender = isByHand(sent)
    ? problems.filter((text) => text.endsWith(": is no answer of it"))
    : problems;
  const found = [
    {
      operation,
      problems: [...(status < 400 ? ofSender : []), ...inAnswer.map((text) => `${status}: ${text}`)],
    },
  ];
  if (status >= 400 || !request.isWhole) return found;
  const parts = partsOf(asked).filter((part) => part !== asked);
  return [...found, ...parts.map((part) => storageVerdict(part, 204))];
}

/** As it is where it is no text in percent encoding. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

const utf8 = ({ text }: Body) => Buffer.from(text, "latin1").toString("utf8");

const require = createRequire(import.meta.url);
/** Microsoft's own reading of XML, which its clients of storage bring along. */
const { parseXML } = require(join(process.cwd(), "node_modules/@azure/core-xml/dist/commonjs/index.js")) as {
  readonly parseXML: (text: string) => Promise<unknown>;
};

const unreadable = "the body is not what its type says";

/** Undefined for what is neither XML nor JSON, or is not whole. */
async function contentOf(body: Body, type: string): Promise<unknown> {
  const text = utf8(body);
  if (!body.isWhole || text === "") return undefined;
  if (/\bjson\b/.test(type)) return JSON.parse(text) as unknown;
  return /\bxml\b/.test(type) && text.startsWith("<?xml") ? parseXML(text) : undefined;
}

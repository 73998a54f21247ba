// `fetch` into the app in the test's own process, and into files that lie behind links of its answers. No socket is opened.
import type { AppWorld } from "./app-world.ts";

/** What the app's own links begin with. */
export const worldEndpoint = "http://api.example:7071";

/** `files`: by the link's path; read with ranges, as storage is. */
export function worldFetch(
  world: Pick<AppWorld, "api" | "logged">,
  files: ReadonlyMap<string, string> = new Map(),
): typeof fetch {
  return async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const headers = new Headers(init.headers);
    if (url.origin !== worldEndpoint) return ranged(files.get(url.href), headers.get("range"));
    const answer = await world.api(init.method ?? "GET", url.pathname + url.search, {
      token: headers.get("authorization")?.replace("Bearer ", ""),
      ...(typeof init.body === "string" ? { text: init.body } : {}),
    });
    // A fault of the app is a fault of the test: the client would only tell the request's id.
    if (answer.status === 500) throw new Error(JSON.stringify(world.logged.at(-1)));
    const body = answer.body === undefined ? (answer.text ?? null) : JSON.stringify(answer.body);
    return new Response(body, { status: answer.status, headers: answer.headers });
  };
}

export function ranged(content: string | undefined, range: string | null): Response {
  if (content === undefined) return new Response(null, { status: 404 });
  const bytes = Buffer.from(content);
  const from = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
  if (range === null) return new Response(bytes, { status: 200 });
  if (from >= bytes.length)
    return new Response(null, { status: 416, headers: { "content-range": `bytes */${bytes.length}` } });
  return new Response(bytes.subarray(from), { status: 206 });
}

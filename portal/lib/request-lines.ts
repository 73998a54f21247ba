// One request of the API as a line for curl and as a program in Python. The token is read from the environment and stands in neither.
export interface CommandLine {
  /** Absent where the command line has no word for it. */
  readonly batchai?: string;
  /** Absent where it would take several calls. */
  readonly curl?: string;
  readonly python?: string;
}

export interface ApiCall {
  readonly method: string;
  readonly path: string;
  /** Empty: a route that knows of none. */
  readonly version?: string;
  readonly body?: object | undefined;
}

/** A word as a POSIX shell reads it back, so that a name can never become a command. */
export function quoted(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** @param origin where the service answers, such as `https://app.example`. */
export function requestLines(
  origin: string,
  asked: ApiCall,
): { readonly curl: string; readonly python: string } {
  return { curl: curl(origin, asked), python: python(origin, asked) };
}

function addressOf(origin: string, { path, version = "2018-05-01" }: ApiCall): string {
  if (version === "") return origin + path;
  return `${origin}${path}${path.includes("?") ? "&" : "?"}api-version=${version}`;
}

function curl(origin: string, asked: ApiCall): string {
  const { method, body } = asked;
  return [
    "curl",
    ...(method === "GET" ? [] : ["-X", method]),
    '-H "Authorization: Bearer $BATCHAI_TOKEN"',
    ...(body === undefined
      ? []
      : ["-H 'Content-Type: application/json'", "-d", quoted(JSON.stringify(body))]),
    quoted(addressOf(origin, asked)),
  ].join(" ");
}

/** A string of JSON is one of Python, too. */
export const literal = (text: string) => JSON.stringify(text);

function python(origin: string, asked: ApiCall): string {
  const { method, body } = asked;
  const headers = [
    '"Authorization": "Bearer " + os.environ["BATCHAI_TOKEN"]',
    ...(body === undefined ? [] : ['"Content-Type": "application/json"']),
  ].join(", ");
  return [
    "import os, urllib.request",
    `request = urllib.request.Request(${literal(addressOf(origin, asked))}, method=${literal(method)}, headers={${headers}})`,
    ...(body === undefined ? [] : [`request.data = ${literal(JSON.stringify(body))}.encode()`]),
    "print(urllib.request.urlopen(request).read().decode())",
  ].join("\n");
}

// Options that every command has, as those of `az`: how much is said beside the data. They change what the command is told of its
// surroundings, so that no command knows them.
import type { Context } from "./command.ts";
import { flag } from "./options.ts";

export const globalOptions = {
  onlyShowErrors: flag("--only-show-errors", "say nothing but errors"),
  verbose: flag("--verbose", "tell each request to the service"),
  debug: flag("--debug", "tell each request, and errors with where they come from"),
};

export interface Globals {
  readonly onlyShowErrors: boolean;
  readonly verbose: boolean;
  readonly debug: boolean;
}

export function underGlobals({ onlyShowErrors, verbose, debug }: Globals, context: Context): Context {
  const quiet = onlyShowErrors
    ? { ...context, isTerminal: { ...context.isTerminal, err: false }, warn: () => {} }
    : context;
  return verbose || debug ? { ...quiet, fetch: loggingFetch(quiet) } : quiet;
}

/** Tells method, address and answer of each request; no query beside the version, as links to storage carry a key there. */
function loggingFetch({ fetch: send, err, now }: Context): typeof fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const version = url.searchParams.get("api-version");
    const what = `${init?.method ?? "GET"} ${url.origin}${url.pathname}${version === null ? "" : `?api-version=${version}`}`;
    const started = now();
    try {
      const response = await send(input, init);
      const requestId = response.headers.get("x-ms-request-id");
      const of = requestId === null ? "" : `, request ${requestId}`;
      err(`${what}: ${response.status} in ${now() - started} ms${of}\n`);
      return response;
    } catch (error) {
      err(`${what}: no answer after ${now() - started} ms\n`);
      throw error;
    }
  };
}

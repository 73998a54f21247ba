// The built-in activity behind `callHttp`.
import type { HttpActivity } from "../engine-contract.ts";
import type { HttpCall } from "../replay/actions.ts";

/** Result text with `statusCode` first, which is how the interpreter recognises a 202 without parsing every result. */
export async function runHttpCall(http: HttpActivity, requestText: string): Promise<string> {
  const call = JSON.parse(requestText) as HttpCall;
  if (call.hasTokenSource)
    throw new Error(
      "callHttp with a token source is not supported here: get the token in an activity instead.",
    );
  const response = await http({
    method: call.method,
    uri: call.uri,
    headers: call.headers,
    ...(call.content === undefined ? {} : { content: call.content }),
  });
  return JSON.stringify({
    statusCode: response.statusCode,
    headers: response.headers,
    content: response.content,
  });
}

/** The default transport. Redirects are followed, as HttpClient does. */
export const fetchHttp: HttpActivity = async ({ method, uri, headers, content }) => {
  const response = await fetch(uri, { method, headers, ...(content === undefined ? {} : { body: content }) });
  return {
    statusCode: response.status,
    headers: Object.fromEntries(response.headers),
    content: await response.text(),
  };
};

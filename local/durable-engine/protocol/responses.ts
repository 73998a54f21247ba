// Answers in the shapes of the extension's HTTP API.

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
  });
}

export function empty(status: number): Response {
  return new Response(null, { status });
}

/** The error body of the extension. There never is a stack trace in it. */
export function failure(
  status: number,
  message: string,
  exceptionMessage?: string,
  exceptionType = "ArgumentException",
): Response {
  if (exceptionMessage === undefined) return json(status, { Message: message });
  return json(status, {
    Message: message,
    ExceptionMessage: exceptionMessage,
    ExceptionType: `System.${exceptionType}`,
    StackTrace: "",
  });
}

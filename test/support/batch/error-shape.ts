// The envelope of every error of the Batch data plane, whatever its code.

/** What is wrong with it; undefined when nothing is. */
export function badErrorShape(body: Readonly<Record<string, unknown>>): string | undefined {
  const { message, values } = body as {
    message?: { lang?: unknown; value?: unknown };
    values?: unknown;
  };
  if (typeof body["code"] !== "string") return "no code";
  if (typeof body["odata.metadata"] !== "string") return "no odata.metadata";
  if (message?.lang !== "en-US" || typeof message.value !== "string") return "no message";
  if (!/\nRequestId:[0-9a-f-]{36}\nTime:\d{4}-/.test(message.value))
    return "a message without request id and time";
  if (values === undefined) return undefined;
  const wellFormed =
    Array.isArray(values) &&
    values.every(
      (one: { key?: unknown; value?: unknown }) =>
        typeof one.key === "string" && typeof one.value === "string",
    );
  return wellFormed ? undefined : "malformed values";
}

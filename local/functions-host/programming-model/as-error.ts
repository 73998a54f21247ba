// What an app throws may be anything; the host speaks of Errors.
export function asError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  // Errors of another realm (vm contexts) keep their fields but fail instanceof.
  if (typeof thrown === "object" && thrown !== null && "message" in thrown)
    return Object.assign(new Error(String(thrown.message)), thrown);
  return new Error(typeof thrown === "string" ? thrown : `Non-error thrown: ${JSON.stringify(thrown)}`);
}

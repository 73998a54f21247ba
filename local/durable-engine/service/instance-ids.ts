// What may be an instance id: it becomes part of a path unescaped, so what would break routing is refused.

/** The reason why `id` can't be used, or undefined. Rules of the Durable Functions extension. */
export function invalidInstanceId(id: string): string | undefined {
  if (id.trim() === "") return "An instance id must not be empty.";
  if (id.length > 256) return "An instance id must not be longer than 256 characters.";
  if (id.startsWith("@")) return "An instance id must not begin with '@', which marks entities.";
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[/\\#?\u0000-\u001f\u007f-\u009f]/u.test(id))
    return "An instance id must not contain '/', '\\', '#', '?' or control characters.";
  return undefined;
}

// Texts that programs wrote, made fit to be shown: cut to their end, secrets taken out.

/** The last lines of a text, at most `characters` long. */
export function lastLines(text: string, lines: number, characters: number): string {
  const last = text.trimEnd().split("\n").slice(-lines).join("\n");
  return last.length > characters ? `…${last.slice(1 - characters)}` : last;
}

/** A shorter value would take apart words that only happen to contain it. */
const shortest = 4;

/** Replaces secret values, and each line of those that have several. */
export function redact(text: string, secrets: readonly string[]): string {
  const parts = secrets
    .flatMap((secret) => [secret, ...secret.split(/\r?\n/)])
    .filter((part) => part.trim().length >= shortest)
    .toSorted((a, b) => b.length - a.length);
  return parts.reduce((shown, part) => shown.replaceAll(part, "[secret]"), text);
}

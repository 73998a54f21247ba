// How deep JSON text nests. `JSON.parse` takes millions of levels, but whatever walks the value afterwards (writing it out again, a
// schema) runs out of stack; text from outside is measured before it is kept.

/** Far deeper than anything meant, far from any stack's end. */
export const deepestJson = 1_000;

/** Counts brackets outside of texts, without regard to whether the rest is JSON. Takes neither stack nor memory. */
export function isNestedTooDeep(text: string, levels = deepestJson): boolean {
  let depth = 0;
  let isText = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (isText) {
      if (code === backslash) at += 1;
      else if (code === quote) isText = false;
    } else if (code === quote) isText = true;
    else if (code === openBracket || code === openBrace) {
      depth += 1;
      if (depth > levels) return true;
    } else if (code === closeBracket || code === closeBrace) depth -= 1;
  }
  return false;
}

const [quote, backslash] = [0x22, 0x5c];
const [openBracket, closeBracket, openBrace, closeBrace] = [0x5b, 0x5d, 0x7b, 0x7d];

// Binding expressions ("Azure Functions binding expression patterns"): `{name}`, `{a.b}`, `{rand-guid}`, `{DateTime}`, `{sys.utcnow}`, with
// `{{` and `}}` for literal braces. Names compare ignoring case. Pure: what they stand for is given.
export interface ExpressionSources {
  /** Trigger metadata, route parameters, members of a JSON payload. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly functionName: string;
  readonly nowMs: number;
  guid(): string;
}

/** Throws an Error that names the expression when nothing is known by its name. */
export function resolveExpressions(text: string, sources: ExpressionSources): string {
  return text.replace(/\{\{|\}\}|\{([^{}]+)\}/g, (whole, expression: string | undefined) =>
    expression === undefined ? whole.charAt(0) : valueOf(expression, sources),
  );
}

function valueOf(expression: string, sources: ExpressionSources): string {
  const separator = expression.indexOf(":");
  const name = (separator < 0 ? expression : expression.slice(0, separator)).trim();
  const format = separator < 0 ? undefined : expression.slice(separator + 1);
  switch (name.toLowerCase()) {
    case "rand-guid":
    case "sys.randguid":
      return formatGuid(sources.guid(), format);
    case "datetime":
    case "sys.utcnow":
      return formatDate(new Date(sources.nowMs), format);
    case "sys.methodname":
      return sources.functionName;
    default: {
      const value = lookUp(sources.data, name.split("."));
      if (value == null)
        throw new Error(
          `No value for the binding expression '{${expression}}': neither the trigger's metadata nor its JSON payload has it.`,
        );
      return typeof value === "string" ? value : JSON.stringify(value);
    }
  }
}

function lookUp(data: unknown, path: readonly string[]): unknown {
  let value = data;
  for (const part of path) {
    if (typeof value !== "object" || value === null) return undefined;
    const record = value as Record<string, unknown>;
    const key = Object.hasOwn(record, part)
      ? part
      : Object.keys(record).find((name) => name.toLowerCase() === part.toLowerCase());
    value = key === undefined ? undefined : record[key];
  }
  return value;
}

/** .NET's guid formats: D (default), N, B, P. */
function formatGuid(guid: string, format = "D"): string {
  if (format.toUpperCase() === "N") return guid.replaceAll("-", "");
  if (format.toUpperCase() === "B") return `{${guid}}`;
  return format.toUpperCase() === "P" ? `(${guid})` : guid;
}

/** Default `2018-02-16T17-59-55Z`; custom formats in .NET's letters for years down to milliseconds. */
function formatDate(date: Date, format = "yyyy-MM-ddTHH-mm-ssZ"): string {
  const pad = (value: number, length = 2) => String(value).padStart(length, "0");
  const parts: Record<string, string> = {
    yyyy: pad(date.getUTCFullYear(), 4),
    yy: pad(date.getUTCFullYear() % 100),
    MM: pad(date.getUTCMonth() + 1),
    M: String(date.getUTCMonth() + 1),
    dd: pad(date.getUTCDate()),
    d: String(date.getUTCDate()),
    HH: pad(date.getUTCHours()),
    H: String(date.getUTCHours()),
    hh: pad(date.getUTCHours() % 12 || 12),
    mm: pad(date.getUTCMinutes()),
    m: String(date.getUTCMinutes()),
    ss: pad(date.getUTCSeconds()),
    s: String(date.getUTCSeconds()),
    fff: pad(date.getUTCMilliseconds(), 3),
  };
  return format.replace(
    /'([^']*)'|yyyy|yy|MM|M|dd|d|HH|H|hh|mm|m|ss|s|fff/g,
    (token, quoted: string | undefined) => quoted ?? parts[token] ?? token,
  );
}

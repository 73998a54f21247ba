// JSON documents as table entities. A string property holds at most 32,768 UTF-16 code units ("Understanding the Table
// service data model"), so that the text is cut into properties d0, d1, …; `n` says how many. The text is plain ASCII
// (other characters as \\uXXXX), because a service that decodes a body piece by piece damages characters of several
// bytes. Nothing here knows what a document means.
const chunkLength = 32_000;

export type Row = {
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly n: number;
  readonly [chunk: `d${number}`]: string;
};

export function toRow(partition: string, row: string, value: unknown): Row {
  const text = JSON.stringify(value).replace(/[^\x20-\x7e]/g, escaped);
  const chunks = text.match(new RegExp(`[\\s\\S]{1,${chunkLength}}`, "g")) ?? [""];
  return {
    partitionKey: partition,
    rowKey: row,
    n: chunks.length,
    ...Object.fromEntries(chunks.map((chunk, index) => [`d${index}`, chunk])),
  };
}

/** One UTF-16 code unit; the match has no `u` flag, so that pairs come apart and back together. */
function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

export function fromRow(entity: Readonly<Record<string, unknown>>): unknown {
  const count = Number(entity["n"]);
  let text = "";
  for (let index = 0; index < count; index += 1) {
    const chunk = entity[`d${index}`];
    if (typeof chunk !== "string") throw new Error(`Damaged row: chunk ${index} of ${count} is missing.`);
    text += chunk;
  }
  return JSON.parse(text);
}

/** The smallest text that sorts after every text with this prefix; the prefix must not be empty. */
export function afterPrefix(prefix: string): string {
  const last = prefix.charCodeAt(prefix.length - 1);
  return prefix.slice(0, -1) + String.fromCharCode(last + 1);
}

export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

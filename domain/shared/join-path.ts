/** The parts with a slash between them, without those that are empty: an empty folder is the root. */
export const joinPath = (...parts: readonly string[]) => parts.filter((part) => part !== "").join("/");

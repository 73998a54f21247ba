// Views of many documents, as some process had them, for processes that have seen nothing yet. Nothing rests on one: it says how far it
// goes, and may be missing, older, or somebody else's. What another build of the program wrote is not there.

export interface ViewSnapshots {
  /** Undefined when there is none, or when it cannot be read whole. */
  read(name: string): Promise<string | undefined>;
  /** The last one stays. */
  write(name: string, text: string): Promise<void>;
  /** Those of all builds whose names begin with this and a slash; absence is a success. */
  removeBelow(name: string): Promise<void>;
  /** Those that were written before a time (ISO 8601). @returns how many. */
  removeBefore(time: string): Promise<number>;
}

// Bytes as they come → whole lines of text. A character or a line may be cut anywhere.
export interface Lines {
  readonly write: (bytes: Uint8Array) => void;
  /** Nothing follows: a last line without newline is a line, too. */
  readonly end: () => void;
}

export function lines(onLine: (line: string) => void): Lines {
  const decoder = new TextDecoder();
  let rest = "";
  const take = (text: string) => {
    const whole = (rest + text).split("\n");
    rest = whole.pop() ?? "";
    for (const line of whole) onLine(line);
  };
  return {
    write: (bytes) => take(decoder.decode(bytes, { stream: true })),
    end() {
      take(decoder.decode());
      if (rest !== "") onLine(rest);
      rest = "";
    },
  };
}

// Reads a log: its end first, then what is new as long as the job lives and once more after that.
import { useCallback, useEffect, useRef, useState } from "react";
import { outputPart } from "../api/http.ts";
import { emptyLog, fromLineStart, withText } from "../lib/log-text.ts";
import type { LogText } from "../lib/log-text.ts";

const firstBytes = 262_144;
const pollMs = 700;
const retryMs = 3_000;

export interface Log {
  readonly text: LogText;
  /** Bytes of the file before what is shown. */
  readonly before: number;
  readonly size: number;
  readonly error: Error | undefined;
  readonly isRead: boolean;
  /** Shows the file from its start. */
  readonly readAll: () => void;
}

interface Reading {
  readonly offset: number;
  readonly decoder: TextDecoder;
}

export function useLog(jobPath: string, name: string, isGrowing: boolean): Log {
  const [log, show] = useState({ text: emptyLog, before: 0, size: 0, isRead: false });
  const [error, setError] = useState<Error>();
  const [isWhole, want] = useState(false);
  const growing = useRef(isGrowing);
  growing.current = isGrowing;
  useEffect(() => {
    let isOver = false;
    let timer = 0;
    let reading: Reading | undefined;
    const step = async () => {
      const wasGrowing = growing.current;
      const range =
        reading !== undefined ? `bytes=${reading.offset}-` : isWhole ? "bytes=0-" : `bytes=-${firstBytes}`;
      const part = await outputPart(jobPath, { outputdirectoryid: "stdouterr", name }, range);
      if (isOver) return;
      // A file that became shorter began anew, with another run of the job.
      const isAnew = reading !== undefined && part.size < reading.offset;
      const known = isAnew ? undefined : reading;
      const { offset, decoder } = known ?? { offset: part.start, decoder: new TextDecoder() };
      const bytes = known === undefined ? fromLineStart(part.bytes, part.start) : part.bytes;
      const text = decoder.decode(bytes, { stream: true });
      reading = isAnew ? undefined : { offset: offset + part.bytes.length, decoder };
      show((before) => ({
        text: withText(known === undefined ? emptyLog : before.text, text),
        before: known === undefined ? part.start : before.before,
        size: part.size,
        isRead: true,
      }));
      setError(undefined);
      const hasMore = reading === undefined || reading.offset < part.size;
      if (hasMore) timer = window.setTimeout(run, 0);
      else if (wasGrowing) timer = window.setTimeout(run, pollMs);
    };
    const run = () => {
      step().catch((failed: unknown) => {
        if (isOver) return;
        setError(failed as Error);
        timer = window.setTimeout(run, retryMs);
      });
    };
    run();
    return () => {
      isOver = true;
      window.clearTimeout(timer);
    };
  }, [jobPath, name, isWhole]);
  return { ...log, error, readAll: useCallback(() => want(true), []) };
}

// The scripts of three shells that complete what `batchai` takes: the next word of a command, and the options of the command so far.

export interface CompletionRow {
  readonly name: string;
  readonly summary: string;
  /** With their dashes. */
  readonly flags: readonly string[];
}

/** What may follow the words so far: `job file` → list, stream, download. */
function nextWords(rows: readonly CompletionRow[]): ReadonlyMap<string, ReadonlySet<string>> {
  const after = new Map<string, Set<string>>();
  for (const { name } of rows) {
    const words = name.split(" ");
    words.forEach((word, index) => {
      const before = words.slice(0, index).join(" ");
      after.set(before, (after.get(before) ?? new Set()).add(word));
    });
  }
  return after;
}

const bashCase = (entries: Iterable<readonly [string, Iterable<string>]>) =>
  [...entries].map(
    ([words, next]) => `    "${words}") COMPREPLY=($(compgen -W "${[...next].join(" ")}" -- "$word")) ;;`,
  );

/** Words of commands hold nothing that a shell would read: they are ours. */
export function bashCompletion(rows: readonly CompletionRow[]): string {
  return [
    "_batchai() {",
    '  local word="${COMP_WORDS[COMP_CWORD]}" path="" one',
    '  for one in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
    '    case "$one" in -*) break ;; esac',
    '    path="${path:+$path }$one"',
    "  done",
    '  if [[ "$word" == -* ]]; then',
    '    while :; do case "$path" in',
    ...rows.map(
      ({ name, flags }) =>
        `    "${name}") COMPREPLY=($(compgen -W "${flags.join(" ")}" -- "$word")); return ;;`,
    ),
    '    "") return ;;',
    "    esac",
    '    case "$path" in *" "*) path="${path% *}" ;; *) return ;; esac',
    "    done",
    "  fi",
    '  case "$path" in',
    ...bashCase(nextWords(rows)),
    '    *) COMPREPLY=($(compgen -f -- "$word")) ;;',
    "  esac",
    "}",
    "complete -F _batchai batchai",
    "",
  ].join("\n");
}

/** zsh reads bash's scripts of this kind. */
export function zshCompletion(rows: readonly CompletionRow[]): string {
  return `autoload -U +X bashcompinit && bashcompinit\n${bashCompletion(rows)}`;
}

export function fishCompletion(rows: readonly CompletionRow[]): string {
  const quote = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  const condition = (words: string) => quote(`__batchai_at ${words}`.trimEnd());
  return [
    "function __batchai_at",
    "  set -l typed (commandline -opc)[2..]",
    "  set -l path",
    "  for one in $typed; string match -q -- '-*' $one; and break; set -a path $one; end",
    '  test "$path" = "$argv"',
    "end",
    "function __batchai_in",
    "  set -l typed (commandline -opc)[2..]",
    '  string match -q -- "$argv*" "$typed"',
    "end",
    "complete -c batchai -f",
    ...[...nextWords(rows)].flatMap(([before, next]) =>
      [...next].map((word) => {
        const summary = rows.find(({ name }) => name === `${before} ${word}`.trim())?.summary;
        const described = summary === undefined ? "" : ` -d ${quote(summary)}`;
        return `complete -c batchai -n ${condition(before)} -a ${word}${described}`;
      }),
    ),
    ...rows.flatMap(({ name, flags }) =>
      flags.map((flag) => {
        const kind = flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`;
        return `complete -c batchai -n ${quote(`__batchai_in ${name}`)} ${kind}`;
      }),
    ),
    "",
  ].join("\n");
}

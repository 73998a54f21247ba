// LIKE of SQL: `%` is any text, `_` any one character. Not by regular expressions: those take hours over some patterns.

export function like(text: string, pattern: string): boolean {
  let [at, place] = [0, 0];
  let [star, mark] = [-1, 0];
  while (at < text.length) {
    if (pattern[place] === "%") {
      star = place;
      mark = at;
      place += 1;
    } else if (place < pattern.length && (pattern[place] === "_" || pattern[place] === text[at])) {
      at += 1;
      place += 1;
    } else if (star >= 0) {
      mark += 1;
      at = mark;
      place = star + 1;
    } else return false;
  }
  while (pattern[place] === "%") place += 1;
  return place === pattern.length;
}

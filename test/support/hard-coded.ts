// Finds what a page shows that no catalogue of texts has said: with a catalogue whose letters all have accents, whatever has none. What is no text in any
// language is marked as such: code, `translate="no"`, a passage in a language of its own (the service's words are English).
import type { Page } from "playwright-core";

/** Runs in the browser. Its parameter: names of the test's own, which may stand inside a text. */
const hardCodedIn = String.raw`(data) => {
  const attributes = [
    ...["aria-label", "aria-description", "aria-roledescription", "aria-valuetext"],
    ...["alt", "label", "placeholder", "title"],
  ];
  const language = document.documentElement.lang;
  const isMarked = (element) =>
    element.closest("code, pre, kbd, script, style, noscript, textarea") !== null ||
    element.closest("[translate]")?.getAttribute("translate") === "no" ||
    element.closest("[lang]")?.getAttribute("lang") !== language;
  const longestFirst = [...data].sort((a, b) => b.length - a.length);
  const isPlain = (text) =>
    /[A-Za-z]{2}/.test(longestFirst.reduce((left, each) => left.replaceAll(each, ""), text));
  const isDataAlone = (text) => /[A-Za-z]{2}/.test(text) && !/[\u00c0-\u024f\u1e00-\u1eff]/.test(text);
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const [text, parent] = [node.nodeValue ?? "", node.parentElement];
    if (isMarked(parent)) continue;
    if (isPlain(text) || isDataAlone(text)) found.push(parent.tagName.toLowerCase() + ": " + text);
  }
  for (const element of document.querySelectorAll("body *")) {
    if (isMarked(element)) continue;
    for (const name of attributes) {
      const text = element.getAttribute(name);
      if (text !== null && isPlain(text)) found.push(element.tagName.toLowerCase() + " " + name + ": " + text);
    }
    for (const side of ["::before", "::after"]) {
      const { content } = getComputedStyle(element, side);
      if (content.startsWith('"') && isPlain(content)) found.push(element.className + " " + side + ": " + content);
    }
  }
  if (isPlain(document.title.replace(/OpenBatchAI$/, ""))) found.push("title: " + document.title);
  return [...new Set(found)];
}`;

/** One line for each, with the element that shows it. */
export const hardCoded = (page: Page, data: readonly string[]): Promise<string[]> =>
  page.evaluate<string[]>(`(${hardCodedIn})(${JSON.stringify(data)})`);

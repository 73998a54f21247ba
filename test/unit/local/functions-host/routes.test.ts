import { describe, expect, it } from "vitest";
import {
  matchRoute,
  parseRouteTemplate,
  pathSegments,
} from "../../../../local/functions-host/protocol/route-template.ts";
import { isFallbackOf, templatesOverlap } from "../../../../local/functions-host/protocol/route-overlap.ts";

const match = (template: string, path: string) =>
  matchRoute(parseRouteTemplate(template), pathSegments(path));

describe("a route template", () => {
  it.each([
    ["items/{id}", "/items/7", { id: "7" }],
    ["ITEMS/{Id}", "/items/A", { Id: "A" }],
    ["items/{id?}", "/items", {}],
    ["items/{id?}", "/items/", {}],
    ["pages/{number=1}", "/pages", { number: "1" }],
    ["pages/{number:int=1}/{size?}", "/pages/2/50", { number: "2", size: "50" }],
    ["files/{*path}", "/files/a/b/c", { path: "a/b/c" }],
    ["files/{**path}", "/files", {}],
    ["{name}.{extension}", "/archive.tar.gz", { name: "archive.tar", extension: "gz" }],
    ["{name}.{extension?}", "/archive", { name: "archive" }],
    ["v{version:int}/x", "/v2/x", { version: "2" }],
    ["a/{b}", "/a/one%20two", { b: "one two" }],
    ["a/{b}", "/a/one%2Ftwo", { b: "one%2Ftwo" }],
    ["literal{{brace}}", "/literal{brace}", {}],
    ["{code:regex(^\\d{{3}}-[a-z/]+$)}", "/123-ab", { code: "123-ab" }],
    ["", "/", {}],
  ])("%s matches %s", (template, path, values) => {
    expect(match(template, path)).toEqual(values);
  });

  it.each([
    ["items/{id}", "/items"],
    ["items/{id}", "/items/7/8"],
    ["items", "/items/7"],
    ["items/{id}", "/other/7"],
    ["{name}.{extension}", "/archive"],
    ["files/{*path:int}", "/files/a"],
  ])("%s does not match %s", (template, path) => {
    expect(match(template, path)).toBeUndefined();
  });

  it.each([
    ["alpha", ["abc", "ABC"], ["a1", "a b"]],
    ["bool", ["true", "FALSE"], ["1", "yes"]],
    ["int", ["-7", "2147483647"], ["2147483648", "1.0", "x"]],
    ["long", ["9223372036854775807"], ["9223372036854775808"]],
    ["decimal", ["1.5", "-2"], ["1e3", "x"]],
    ["double", ["1.5e-3"], ["1,5"]],
    ["guid", ["6f9619ff-8b86-d011-b42d-00c04fc964ff"], ["6f9619ff"]],
    ["datetime", ["2026-11-23", "2026-11-23T10:00:00Z"], ["soon"]],
    ["length(3)", ["abc"], ["ab", "abcd"]],
    ["length(2,3)", ["ab", "abc"], ["a", "abcd"]],
    ["minlength(2)", ["ab"], ["a"]],
    ["maxlength(2)", ["ab"], ["abc"]],
    ["min(5)", ["5"], ["4", "x"]],
    ["max(5)", ["5"], ["6"]],
    ["range(1,12)", ["1", "12"], ["0", "13"]],
    ["regex(^a+$)", ["aaa", "AA"], ["ab"]],
  ])("constraint %s accepts and refuses", (constraint, accepted, refused) => {
    for (const value of accepted) expect(match(`{p:${constraint}}`, `/${value}`)).toEqual({ p: value });
    for (const value of refused) expect(match(`{p:${constraint}}`, `/${value}`)).toBeUndefined();
  });

  it.each([
    ["a/{id:colour}", "the route constraint 'colour' is not known"],
    ["a/{id:range(1)}", "the route constraint 'range(1)' is not known or has wrong arguments"],
    ["a/{id", "has a '{' without its '}'"],
    ["a/id}", "has a '}' without its '{'"],
    ["a//b", "has an empty segment"],
    ["{a}/{A}", "appears twice"],
    ["{*rest}/more", "must be the last segment"],
    ["{a}{b}", "two parameters with nothing between them"],
    ["{*rest?}", "cannot be optional"],
  ])("%s is refused", (template, reason) => {
    expect(() => parseRouteTemplate(template)).toThrow(reason);
  });
});

describe("overlap of templates", () => {
  it.each([
    ["items/{id}", "items/recent", true],
    ["items/{id:int}", "items/recent", false],
    ["items/{id:guid}", "items/{number:int}", false],
    ["items/{id}", "items/{id}/parts", false],
    ["items/{id?}", "items", true],
    ["items/{*rest}", "items/a/b", true],
    ["a/{x}", "b/{x}", false],
    ["A/b", "a/B", true],
    ["files/{name}.{extension}", "files/{id}", true],
  ])("%s and %s: %s", (left, right, expected) => {
    expect(templatesOverlap(parseRouteTemplate(left), parseRouteTemplate(right))).toBe(expected);
    expect(templatesOverlap(parseRouteTemplate(right), parseRouteTemplate(left))).toBe(expected);
  });
});

describe("a fallback route", () => {
  it.each([
    ["{*path}", "items/{id}", true],
    ["items/{*rest}", "items/{id}/parts", true],
    ["ITEMS/{*rest}", "items/{id}", true],
    ["items/{*rest}", "{any}/x", false],
    ["items/{id}", "items/recent", false],
  ])("%s is one of %s: %s", (general, special, expected) => {
    expect(isFallbackOf(parseRouteTemplate(general), parseRouteTemplate(special))).toBe(expected);
  });
});

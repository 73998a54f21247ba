// The package `yaml`, loaded when something is to be read or written in it. Node takes its CommonJS form, whose names only an import that
// is no expression finds in a bundle: `await import("yaml")` has nothing but `default` there.
export { isMap, isNode, isScalar, isSeq, LineCounter, parse, parseDocument, stringify } from "yaml";

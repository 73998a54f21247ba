"""Reads Bicep files with tree-sitter-bicep as far as checks without a compiler need them: resources as trees of literals, modules
with what they are given, parameters, outputs, variables. What an expression would give is ANY."""
import re
from pathlib import Path

import tree_sitter
import tree_sitter_bicep

ANY = object()
parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_bicep.language()))


class Either(list):
    """The values that a condition chooses from."""


def text(node):
    return node.text.decode()


def named(node):
    return [child for child in node.children if child.is_named and child.type not in ("comment", "decorators")]


def literal(node):
    """A string without interpolation, else None."""
    parts = [child for child in node.children if child.type != "'"]
    if node.type != "string" or any(part.type != "string_content" for part in parts):
        return None
    return "".join(text(part) for part in parts)


def value(node):
    kind = node.type
    if kind == "string":
        found = literal(node)
        return ANY if found is None else found
    if kind == "number":
        return int(text(node))
    if kind == "boolean":
        return text(node) == "true"
    if kind == "null":
        return None
    if kind == "object":
        return members(node)
    if kind == "array":
        return [value(child) for child in named(node)]
    if kind == "ternary_expression":
        return Either(value(child) for child in named(node)[1:])
    if kind == "for_statement":
        return [body_of(node)]
    if kind in ("parenthesized_expression", "if_statement"):
        return value(named(node)[-1])
    return ANY


def body_of(node):
    """What a resource, a module or a loop is made of: its last object."""
    objects = [child for child in named(node) if child.type in ("object", "if_statement", "for_statement")]
    last = objects[-1]
    return members(last) if last.type == "object" else body_of(last)


def members(node):
    found = {}
    for child in named(node):
        if child.type != "object_property":
            continue
        parts = named(child)
        if len(parts) < 2:
            continue
        key = literal(parts[0]) if parts[0].type == "string" else text(parts[0])
        found[ANY if key is None else key] = value(parts[-1])
    return found


def within(node, kind):
    for child in node.children:
        if child.type == kind:
            yield child
        else:
            yield from within(child, kind)


class File:
    def __init__(self, path):
        self.path = Path(path)
        self.source = self.path.read_text()
        self.root = parser.parse(self.source.encode()).root_node
        self.errors = [f"{self.path.name}:{node.start_point[0] + 1}: cannot be read" for node in self._broken(self.root)]
        self.resources, self.modules, self.params, self.outputs, self.variables = [], {}, {}, [], {}
        for node in self.root.children:
            if node.type == "resource_declaration":
                self._resource(node, "", "")
            elif node.type == "module_declaration":
                name, path = named(node)[0], next(within(node, "string"))
                self.modules[text(name)] = (literal(path), body_of(node))
            elif node.type == "parameter_declaration":
                self.params[self._name_text(node)] = "=" in [child.type for child in node.children]
            elif node.type == "output_declaration":
                self.outputs.append(self._name_text(node))
            elif node.type == "variable_declaration":
                self.variables[self._name_text(node)] = value(named(node)[-1])

    def _name(self, node):
        return next(child for child in node.children if child.type == "identifier")

    def _name_text(self, node):
        return text(self._name(node))

    def _broken(self, node):
        if node.type == "ERROR" or node.is_missing:
            yield node
        for child in node.children:
            yield from self._broken(child)

    def _resource(self, node, parent_type, _parent_version):
        own = literal(next(within(node, "string")))
        name, version = own.split("@")
        full = f"{parent_type}/{name}" if parent_type else name
        # One that is there already is only named: its members are those of where it is declared.
        if "existing" not in [child.type for child in node.children]:
            self.resources.append((f"{full}@{version}", body_of(node), self._name_text(node)))
        for nested in within_body(node):
            self._resource(nested, full, version)

    def uses_of_outputs(self):
        return set(re.findall(r"\b(\w+)\.outputs\.(\w+)", self.source))


def within_body(node):
    """Resources declared inside this one, each once."""
    for child in node.children:
        if child.type == "resource_declaration":
            yield child
        else:
            yield from within_body(child)

"""Prints the names that Django defines, one a line: modules, what is in them, members of classes, arguments."""

import ast
import os
import sys

import django


def defined(name, body):
    """The names under `name`, of the statements of a module, a class or a branch."""
    for node in body:
        for word in named(node):
            yield f"{name}.{word}"
        if isinstance(node, ast.ClassDef):
            yield from defined(f"{name}.{node.name}", node.body)
        elif not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for part in ("body", "orelse", "finalbody"):
                yield from defined(name, getattr(node, part, []))


def named(node):
    """What one statement gives a name to; of a function the arguments, too."""
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return [alias.asname or alias.name for alias in node.names]
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        arguments = node.args.args + node.args.kwonlyargs
        return [node.name, *(f"{node.name}.{argument.arg}" for argument in arguments)]
    return [node.name] if isinstance(node, ast.ClassDef) else []


def registered(name, tree):
    """Tags and filters of templates are called by what they are registered as."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("tag", "filter", "simple_tag"):
            for argument in node.args[:1]:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield f"{name}.{argument.value}"


def main():
    root = os.path.dirname(django.__file__)
    for folder, _, files in os.walk(root):
        for file in files:
            if file.endswith(".py"):
                path = os.path.join(folder, file)
                name = os.path.relpath(path, os.path.dirname(root))[:-3].replace(os.sep, ".")
                name = name[: -len(".__init__")] if name.endswith(".__init__") else name
                with open(path, encoding="utf-8") as opened:
                    tree = ast.parse(opened.read())
                sys.stdout.write("\n".join([name, *defined(name, tree.body), *registered(name, tree), ""]))


if __name__ == "__main__":
    main()

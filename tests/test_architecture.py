"""What no other tool can check: sizes, names, foreign keys, and pages without inline code.

A function or file that is long for a good reason says so: `# long: <reason>` on the `def` line, or
in the first three lines of the file.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.db.models import Field

ROOT = Path(__file__).parent.parent
CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
# The apps, uppermost first: the list that the imports obey.
APPS: list[str] = CONFIG["importlinter"]["contracts"][0]["layers"]
SOURCES = sorted(
    file
    for folder in (*APPS, "tests", "bench")
    for file in (ROOT / folder).rglob("*.py")
    if "migrations" not in file.parts
)
TESTS = [file for file in SOURCES if file.name.startswith("test_")]
PAGES = [
    file
    for file in sorted((ROOT / "templates").rglob("*.html"))
    if "mail" not in file.relative_to(ROOT / "templates").parts
]

FUNCTION_LINES, FILE_LINES, TEST_LINES = 40, 400, 20
EXCUSE = re.compile(r"# long: \w+")
NAMELESS = {"utils", "util", "common", "helpers", "services", "misc"}
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE
)
BRANCHES = (ast.For, ast.While, ast.If, ast.IfExp, ast.Match, ast.AsyncFor)
Function = ast.FunctionDef | ast.AsyncFunctionDef
# The one place that asks which database it is, and the one that leaves out tests for it.
ENGINE, ENGINES = "flow/engine.py", "tests/engines.py"
SKIPS = {"skip", "skipif"}
DATABASE = re.compile("vendor|sqlite|postgres|DATABASE|embedded|one_writer|has_", re.IGNORECASE)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> Iterator[Function]:
    nodes = ast.walk(ast.parse(path.read_text()))
    return (node for node in nodes if isinstance(node, Function))


def lines(node: Function) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def excused(path: Path, node: Function) -> bool:
    return bool(EXCUSE.search(path.read_text().splitlines()[node.lineno - 1]))


def tests_in(path: Path) -> Iterator[Function]:
    return (node for node in functions(path) if node.name.startswith("test_"))


def skips_for_a_database(path: Path) -> Iterator[str]:
    """Return the calls that leave out tests for the database that they would run on."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            call = ast.unparse(node)
            if node.func.attr in SKIPS and DATABASE.search(call):
                yield f"{name(path)}: {call}"


def relations() -> Iterator[tuple[str, str, str]]:
    """Return each field of ours that points to a model: its name, its app, the app it points to."""
    for model in apps.get_models():
        for field in model._meta.get_fields():
            target = field.related_model
            if isinstance(field, Field) and isinstance(target, type):
                app = target._meta.app_label
                yield f"{model._meta.label}.{field.name}", model._meta.app_label, app


def test_foreign_keys_point_to_an_app_below() -> None:
    within = [relation for relation in relations() if set(relation[1:]) <= set(APPS)]

    assert within
    assert [field for field, *ends in within if APPS.index(ends[0]) > APPS.index(ends[1])] == []


def test_functions_are_short() -> None:
    assert [
        f"{name(path)}:{node.lineno} {node.name} has {lines(node)} lines"
        for path in SOURCES
        for node in functions(path)
        if lines(node) > FUNCTION_LINES and not excused(path, node)
    ] == []


def test_files_are_short() -> None:
    texts = {name(path): path.read_text().splitlines() for path in SOURCES}

    assert [
        f"{path} has {len(text)} lines"
        for path, text in texts.items()
        if len(text) > FILE_LINES and not EXCUSE.search("\n".join(text[:3]))
    ] == []


def test_names_say_what_is_in_a_file() -> None:
    parts = {path: {path.stem, *path.relative_to(ROOT).parts} for path in SOURCES}

    assert [name(path) for path, words in parts.items() if words & NAMELESS] == []


def test_tests_are_short() -> None:
    assert [
        f"{name(path)}:{test.lineno} {test.name} has {lines(test)} lines"
        for path in TESTS
        for test in tests_in(path)
        if lines(test) > TEST_LINES
    ] == []


def test_tests_do_not_branch() -> None:
    assert [
        f"{name(path)}:{node.lineno} {test.name}"
        for path in TESTS
        for test in tests_in(path)
        for node in ast.walk(test)
        if isinstance(node, BRANCHES)
    ] == []


def test_pages_hold_no_inline_code() -> None:
    found = {name(path): INLINE.findall(path.read_text()) for path in PAGES}

    assert [f"{path}: {code}" for path, code in found.items() if code] == []


def test_one_module_asks_which_database_it_is() -> None:
    asking = [
        name(path)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr == "vendor"
    ]

    assert set(asking) == {ENGINE}


def test_the_tests_of_one_database_stand_in_one_list() -> None:
    listed = {path: list(skips_for_a_database(path)) for path in SOURCES if "tests" in path.parts}

    assert listed.pop(ROOT / ENGINES)
    assert [call for calls in listed.values() for call in calls] == []

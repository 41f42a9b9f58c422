"""Changes the code in small ways and sees whether a test notices: `make mutants`.

    scripts/mutants.py [PACKAGE...] [--each 5] [--seed 1] [--only 17] [--jobs 1]

A mutant is one change at one place: a comparison, `and` for `or`, an operator of arithmetic, a number, a `not`, a
result that becomes None, a statement left out. A sample of each package is drawn by the seed. Each mutant is tried in
a copy of the tree, by the docstrings of its module and by the tests that import it, nearest first, as many as
`--budget` seconds allow; one that survives these meets the rest of them, then what each verb answers of the small case
and the contracts of manual and schemas, for at most `--more` seconds. A test that fails kills it, and so does one that
does not end. A mutant that is proven to be as good as the code stands in EQUIVALENT with the reason, and is not drawn.
Left alone is what no test can see: docstrings, messages, logs, types, decorators, sizes of chunks and numbers too
small to matter. Compiled kernels are kept in a cache of the copy; what depends on the module that was changed is
compiled again.
"""

from __future__ import annotations

import argparse
import ast
import json
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import time
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import hypothesis.strategies  # noqa: F401
import numpy  # noqa: F401
import pytest
from numba.core import config as numba_config

ROOT = Path(__file__).resolve().parent.parent
SRC = Path("src/provenet")
UNSEEN_KEYWORDS = {"strict", "cache", "slots", "frozen", "maxsize", "encoding", "err", "nogil", "no_cfunc_wrapper"}
UNSEEN_NAMES = ("CHUNK", "SECONDS", "BUFFER", "BATCH")
TINY = 1e-4
HARD = ("kernels", "certify", "policy")
QUIETLY = ("-x", "-q", "-m", "not slow", "--no-header", "-W", "ignore::pytest.PytestAssertRewriteWarning")
TESTS = ("unit", "laws", "against", "readers", "doors")
LAST = (
    Path("doors/test_whole_case.py"),
    Path("doors/test_whole_answers.py"),
    Path("contracts/test_manual.py"),
    Path("contracts/test_schemas.py"),
)
"""Tests that a mutant meets at last, whatever it is in."""
EQUIVALENT = Path("scripts/equivalent_mutants.toml")


def kinds(text: str) -> dict[type[ast.AST], list[type[Any]]]:
    """Which kinds of nodes may stand in place of one, by their names."""
    pairs = [pair.split("=") for pair in text.split()]
    return {getattr(ast, old): [getattr(ast, one) for one in new.split(",")] for old, new in pairs}


COMPARE = kinds("Lt=LtE,GtE LtE=Lt,Gt Gt=GtE,LtE GtE=Gt,Lt Eq=NotEq NotEq=Eq Is=IsNot IsNot=Is In=NotIn NotIn=In")
ARITHMETIC = kinds(
    "Add=Sub Sub=Add Mult=Add Div=Mult FloorDiv=Mult Mod=Add Pow=Mult BitAnd=BitOr BitOr=BitAnd BitXor=BitOr "
    "LShift=RShift RShift=LShift"
)


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One change at one place of one file."""

    path: Path
    line: int
    start: int
    end: int
    old: str
    new: str

    @property
    def package(self) -> str:
        """The package it stands in; kernels of an engine count apart."""
        parts = self.path.relative_to(SRC).with_suffix("").parts
        return "/".join(parts[:2]) if "kernels" in parts else parts[0]

    @property
    def change(self) -> tuple[str, str, str, str]:
        """The file, the line on which it begins, what is changed and what becomes of it."""
        line = (ROOT / self.path).read_text("utf-8").split("\n")[self.line - 1].strip()
        old, new = (" ".join(text.split()) for text in (self.old, self.new))
        return str(self.path.relative_to(SRC)), line, old, new

    def __str__(self) -> str:
        old, new = (" ".join(text.split()) for text in (self.old, self.new))
        return f"{self.path}:{self.line}: {old[:90]}  ->  {new[:90]}"


def is_type(node: ast.expr) -> bool:
    """Whether an expression names types, such as `str | Path` or `NDArray[np.int64]`."""
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.BitOr) and is_type(node.left) and is_type(node.right)
    if isinstance(node, ast.Constant):
        return node.value is None
    return isinstance(node, ast.Name | ast.Attribute | ast.Subscript)


class Sites(ast.NodeVisitor):
    """Walks a module and gathers every mutant of it."""

    def __init__(self, path: Path, text: bytes) -> None:
        self.path, self.text = path, text
        self.found: list[Mutant] = []
        self.starts = list(accumulate(map(len, text.splitlines(keepends=True)), initial=0))
        self.in_function = False

    def add(self, node: ast.stmt | ast.expr, new: ast.AST | str) -> None:
        """Notes that the text of a node may become another."""
        start = self.starts[node.lineno - 1] + node.col_offset
        end = self.starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
        old = self.text[start:end].decode()
        text = new if isinstance(new, str) else f"({ast.unparse(new)})"
        self.found.append(Mutant(path=self.path, line=node.lineno, start=start, end=end, old=old, new=text))

    def visit_If(self, node: ast.If) -> None:
        if "TYPE_CHECKING" not in ast.unparse(node.test) and "__name__" not in ast.unparse(node.test):
            self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        if any(isinstance(one, ast.Name) and one.id == "overload" for one in node.decorator_list):
            return
        before, self.in_function = self.in_function, True
        for part in (*node.args.defaults, *(one for one in node.args.kw_defaults if one), *node.body):
            self.visit(part)
        self.in_function = before

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for part in node.body:
            self.visit(part)

    def visit_Assign(self, node: ast.Assign) -> None:
        names = {one.id for one in node.targets if isinstance(one, ast.Name)}
        if not self.in_function and any(name.isupper() and part in name for name in names for part in UNSEEN_NAMES):
            return
        if "__all__" in names or (not self.in_function and is_type(node.value)):
            return
        if self.in_function and all(isinstance(one, ast.Subscript | ast.Attribute) for one in node.targets):
            self.add(node, "pass")
        self.visit(node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value:
            self.visit(node.value)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.add(node, "pass")
        self.visit(node.value)

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Call) and ast.unparse(node.value.func).startswith(
            ("log.", "logger.", "logging.")
        ):
            return
        if isinstance(node.value, ast.Call | ast.Yield | ast.YieldFrom):
            self.add(node, "pass")
            self.visit(node.value)

    def visit_Raise(self, node: ast.Raise) -> None:
        self.add(node, "pass")

    def visit_Return(self, node: ast.Return) -> None:
        # None in place of False is as good: only the other truth is another answer.
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, bool):
            self.visit(node.value)
        elif node.value and not (isinstance(node.value, ast.Constant) and node.value.value is None):
            self.add(node, "return None")
            self.visit(node.value)

    def visit_Compare(self, node: ast.Compare) -> None:
        for at, op in enumerate(node.ops):
            for other in COMPARE[type(op)]:
                ops = [*node.ops[:at], other(), *node.ops[at + 1 :]]
                self.add(node, ast.Compare(node.left, ops, node.comparators))
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        self.add(node, ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values))
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        text = any(
            isinstance(side, ast.JoinedStr) or (isinstance(side, ast.Constant) and isinstance(side.value, str))
            for side in (node.left, node.right)
        )
        if type(node.op) in ARITHMETIC and not text:
            self.add(node, ast.BinOp(node.left, ARITHMETIC[type(node.op)][0](), node.right))
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not | ast.USub | ast.Invert):
            self.add(node, node.operand)
        # What marks `none`, such as -1, may be any number below zero: its sign is changed, its size is not.
        if not (isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant)):
            self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        value = node.value
        if isinstance(value, bool):
            self.add(node, str(not value))
        elif isinstance(value, int) or (isinstance(value, float) and abs(value) > TINY):
            self.add(node, str(value + 1))

    def visit_Call(self, node: ast.Call) -> None:
        self.visit(node.func)
        rounds = isinstance(node.func, ast.Name) and node.func.id == "round"
        for one in node.args[: 1 if rounds else None]:
            self.visit(one)
        for keyword in node.keywords:
            if keyword.arg not in UNSEEN_KEYWORDS:
                self.visit(keyword.value)

    def leave_out(self, node: ast.stmt) -> None:
        self.add(node, "pass")

    def look_past(self, node: ast.AST) -> None:
        """What no test is asked to see."""

    visit_AsyncFunctionDef = visit_FunctionDef
    visit_Break = visit_Continue = leave_out
    visit_Assert = visit_JoinedStr = visit_Import = visit_ImportFrom = look_past


def mutants_of(path: Path) -> list[Mutant]:
    """Every mutant of one file."""
    text = (ROOT / path).read_bytes()
    sites = Sites(path, text)
    sites.visit(ast.parse(text))
    return sites.found


class Imports:
    """Which module of the package each file imports, and how far a test file stands from a module."""

    def __init__(self, root: Path) -> None:
        self.modules = {self.name(root, path): path for path in (root / SRC).rglob("*.py")}
        self.lazy = {
            alias.asname or alias.name: node.module
            for node in ast.walk(ast.parse((root / SRC / "__init__.py").read_text("utf-8")))
            if isinstance(node, ast.ImportFrom) and node.module
            for alias in node.names
        }
        self.tests = {path.relative_to(root / "tests"): path for path in (root / "tests").rglob("*.py")}
        self.of = {name: set(self.read(path)) for name, path in self.modules.items()}
        self.of_test = {path: set(self.read(full)) for path, full in self.tests.items()}

    @staticmethod
    def name(root: Path, path: Path) -> str:
        parts = path.relative_to(root / "src").with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    def read(self, path: Path) -> Iterator[str]:
        tree = ast.parse(path.read_text("utf-8"))
        short = {"provenet"}
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                short |= {alias.asname for alias in node.names if alias.name == "provenet" and alias.asname}
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    whole = f"{node.module}.{alias.name}"
                    lazy = self.lazy.get(alias.name) if node.module == "provenet" else None
                    yield lazy or (whole if whole in self.modules else node.module)
        is_test = path.name.startswith("test_")
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in short:
                yield self.lazy.get(node.attr) or "provenet"
            elif is_test and isinstance(node, ast.Constant) and f"provenet.cli.{node.value}" in self.modules:
                yield f"provenet.cli.{node.value}"  # a command is loaded when it is called

    def importers(self, module: str) -> dict[str, int]:
        """Modules that import it at any distance, and the distance."""
        far, edge = {module: 0}, [module]
        while edge:
            edge = [name for name in self.of if name not in far and any(one in self.of[name] for one in edge)]
            far |= dict.fromkeys(edge, max(far.values()) + 1)
        return far

    def tests_near(self, module: str) -> list[tuple[int, Path]]:
        """Test files that import it, the nearest first."""
        far = self.importers(module)
        found = []
        for path in self.tests:
            if path.name.startswith("test_") and path.parts[0] in TESTS:
                near = [far[name] for name in self.behind(path) if name in far]
                if near:
                    found.append((min(near), path))
        return sorted(found)

    def behind(self, path: Path, seen: frozenset[Path] = frozenset()) -> set[str]:
        """Modules that a test file imports, itself or through what tests share."""
        found = set(self.of_test[path])
        for name in self.of_test[path]:
            shared = Path(*name.split(".")).with_suffix(".py")
            if shared in self.tests and shared not in seen and shared != path:
                found |= self.behind(shared, seen | {path})
        return found


@dataclass(frozen=True, kw_only=True)
class Bench:
    """A copy of the tree in which one mutant at a time is tried."""

    place: Path

    @classmethod
    def set_up(cls, place: Path) -> Bench:
        skipped = shutil.ignore_patterns(".*", "__pycache__", "demo", "build", "dist")
        shutil.copytree(ROOT, place, ignore=skipped)
        return cls(place=place)

    def run(self, words: Sequence[str], *, cache: Path, seconds: float) -> int | None:
        """The exit code of pytest, None where it did not end. It runs in a child, which has most imports behind it."""
        child = os.fork()
        if not child:
            code = 99
            try:
                code = self.run_here(words, cache)
            finally:
                os._exit(code)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.02)
        os.killpg(child, 9)
        os.waitpid(child, 0)
        return None

    def run_here(self, words: Sequence[str], cache: Path) -> int:
        os.setsid()
        os.chdir(self.place)
        silence = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(silence, stream)
        os.environ |= {"PYTHONPATH": str(self.place / "src"), "NUMBA_CACHE_DIR": str(cache)}
        numba_config.reload_config()
        sys.path[:] = [str(self.place / "src"), *(one for one in sys.path if one != str(ROOT / "scripts"))]
        return int(pytest.main([*QUIETLY, *words]))

    def measure(self, tests: Sequence[Path]) -> dict[str, float | None]:
        """Seconds of each test file as the code is, and None for each test that fails even so."""
        report = self.place / "report.xml"
        words = ["--maxfail=999", f"--junitxml={report}", "-o", "junit_family=xunit1"]
        self.run([*words, *(f"tests/{path}" for path in tests)], cache=self.place / "compiled", seconds=7200)
        found: dict[str, float | None] = {f"tests/{path}": 0.0 for path in tests}
        for one in ElementTree.parse(report).iter("testcase"):
            file = one.get("file", "")
            found[file] = (found.get(file) or 0.0) + float(one.get("time", 0))
            if one.find("failure") is not None or one.find("error") is not None:
                found[f"{file}::{one.get('name')}"] = None
        return found


class Trial:
    """Tries mutants on a bench, by the tests nearest to each."""

    def __init__(
        self, bench: Bench, imports: Imports, *, took: dict[str, float | None], budget: float, more: float = 0
    ) -> None:
        self.bench, self.imports, self.took, self.budget, self.more = bench, imports, took, budget, more

    def seconds(self, path: Path) -> float:
        return self.took[f"tests/{path}"] or 0.0

    def tests_of(self, mutant: Mutant) -> list[Path]:
        """The nearest test files, as many as the budget of seconds allows; quick ones first."""
        module = Imports.name(ROOT, ROOT / mutant.path)
        chosen: list[Path] = []
        spent = 0.0
        found = [(far, path) for far, path in self.imports.tests_near(module) if f"tests/{path}" in self.took]
        own = mutant.package.split("/", maxsplit=1)[0]
        for _, path in sorted(found, key=lambda one: (one[0], own not in one[1].parts, self.seconds(one[1]), one[1])):
            if not chosen or spent + self.seconds(path) <= self.budget:
                chosen.append(path)
                spent += self.seconds(path)
        return chosen

    def rest_of(self, mutant: Mutant, tried: Sequence[Path]) -> list[Path]:
        """What a mutant meets that survives the first tests: others that import its module itself, then the last."""
        near = self.imports.tests_near(Imports.name(ROOT, ROOT / mutant.path))
        others = [path for far, path in near if far == 0 and path not in tried and path not in LAST]
        return [*others, *(path for path in LAST if path not in tried)]

    def fate(self, mutant: Mutant) -> str:
        """`killed`, `no end` or `survived`, and `no test` where nothing imports it."""
        tests = self.tests_of(mutant)
        file = self.bench.place / mutant.path
        text, before = file.read_bytes(), file.stat()
        file.write_bytes(text[: mutant.start] + mutant.new.encode() + text[mutant.end :])
        os.utime(file, (before.st_atime, before.st_mtime + 10 + random.random() * 1e6))
        cache = self.bench.place / "compiled-once"
        shutil.copytree(self.bench.place / "compiled", cache, copy_function=os.link)
        for name in self.imports.importers(Imports.name(ROOT, ROOT / mutant.path)):
            for stale in cache.rglob(f"{name.rsplit('.', 1)[-1]}.*.nb*"):
                stale.unlink()
        seconds = 120 + 4 * sum(map(self.seconds, tests))
        left_out = [f"--deselect={test}" for test, took in self.took.items() if took is None]
        words = [str(mutant.path), *(f"tests/{path}" for path in tests)]
        try:
            code = self.bench.run(["--doctest-modules", *words, *left_out], cache=cache, seconds=seconds)
            if code in (0, 5) and self.more:
                rest = [f"tests/{path}" for path in self.rest_of(mutant, tests)]
                # What does not end by then is no proof: the mutant survives.
                code = self.bench.run([*rest, *left_out], cache=cache, seconds=self.more) or 0
        finally:
            file.write_bytes(text)
            os.utime(file, (before.st_atime, before.st_mtime))
            shutil.rmtree(cache)
        if code in (0, 5):
            return "survived" if tests else "no test"
        return "no end" if code is None else "killed"


def equivalents() -> set[tuple[str, str, str, str]]:
    """Changes that change nothing: the file below src/provenet, the line, the old text and the new."""
    listed = tomllib.loads((ROOT / EQUIVALENT).read_text("utf-8"))["mutant"]
    return {(one["file"], one["line"], one["old"], one["new"]) for one in listed if one["because"]}


def sample(packages: Sequence[str], each: int, seed: int) -> list[Mutant]:
    """So many mutants of each package, drawn by the seed."""
    of: dict[str, list[Mutant]] = defaultdict(list)
    equal = equivalents()
    files = {file for file, *_ in equal}
    for path in sorted((ROOT / SRC).rglob("*.py")):
        for mutant in (
            [] if path.parent == ROOT / SRC and path.name.startswith("__") else mutants_of(path.relative_to(ROOT))
        ):
            if str(path.relative_to(ROOT / SRC)) not in files or mutant.change not in equal:
                of[mutant.package].append(mutant)
    chosen = []
    for package, sites in sorted(of.items()):
        if not packages or any(package == one or one in package.split("/") for one in packages):
            draw = random.Random(f"{seed} {package}")
            chosen += draw.sample(sites, min(each, len(sites)))
    return chosen


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("packages", nargs="*", help="such as policy, routing/kernels or kernels (default: all)")
    parser.add_argument("--each", type=int, default=5, help="mutants of each package")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--file", help="only mutants of files whose path ends so")
    parser.add_argument("--budget", type=float, default=60, help="seconds of tests for one mutant")
    parser.add_argument("--more", type=float, default=300, help="seconds of further tests for one that survives these")
    parser.add_argument("--floor", type=float, default=0.85, help="least share killed")
    parser.add_argument("--durations", type=Path, help="a file that keeps how long each test file takes")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--list", action="store_true", help="name the mutants and try none")
    given = parser.parse_args()
    if given.file:
        files = [path for path in (ROOT / SRC).rglob("*.py") if str(path).endswith(given.file)]
        found = [mutant for path in files for mutant in mutants_of(path.relative_to(ROOT))]
        chosen = random.Random(given.seed).sample(found, min(given.each, len(found)))
    else:
        chosen = sample(given.packages, given.each, given.seed)
    if given.list:
        print(*chosen, sep="\n")
        return 0
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        benches = [Bench.set_up(Path(folder) / str(number)) for number in range(given.jobs)]
        took = durations(chosen, benches, given.durations)
        fates = try_all(chosen, benches, took=took, budget=given.budget, more=given.more)
        return report(fates, given.floor)


def durations(chosen: Sequence[Mutant], benches: Sequence[Bench], kept: Path | None) -> dict[str, float | None]:
    """What `Bench.measure` finds of every test file that may be asked about the mutants, or found before."""
    imports = Imports(ROOT)
    wanted = {path for mutant in chosen for path in near_enough(imports, mutant)}
    took: dict[str, float | None] = json.loads(kept.read_text("utf-8")) if kept and kept.exists() else {}
    lacking = sorted(path for path in wanted if f"tests/{path}" not in took)
    if lacking:
        print(f"{len(lacking)} test files run as the code is", file=sys.stderr, flush=True)
        took |= benches[0].measure(lacking)
        print(
            "fail as it is:", *(test for test, seconds in took.items() if seconds is None), file=sys.stderr, flush=True
        )
    if kept:
        kept.write_text(json.dumps(took, indent=1), encoding="utf-8")
    for bench in benches:
        (bench.place / "compiled").mkdir(exist_ok=True)
        if bench is not benches[0]:
            shutil.copytree(benches[0].place / "compiled", bench.place / "compiled", dirs_exist_ok=True)
    return took


def try_all(
    chosen: Sequence[Mutant], benches: Sequence[Bench], *, took: dict[str, float | None], budget: float, more: float
) -> list[tuple[Mutant, str]]:
    """The fate of each mutant, told as it becomes known."""
    imports = Imports(ROOT)
    context = multiprocessing.get_context("fork")
    free = context.SimpleQueue()
    for bench in benches:
        free.put(bench)

    with context.Pool(len(benches), take_bench, (free, imports, took, budget, more)) as pool:
        return pool.map(fate_of, chosen, chunksize=1)


TRIALS: list[Trial] = []
"""The one trial of a worker process."""


def take_bench(free: Any, imports: Imports, took: dict[str, float | None], budget: float, more: float) -> None:
    """Gives a worker process its bench."""
    TRIALS.append(Trial(free.get(), imports, took=took, budget=budget, more=more))


def fate_of(mutant: Mutant) -> tuple[Mutant, str]:
    """What becomes of a mutant, told as soon as it is known."""
    began = time.monotonic()
    found = TRIALS[0].fate(mutant)
    print(f"{found:9} {time.monotonic() - began:4.0f} s  {mutant}", flush=True)
    return mutant, found


def near_enough(imports: Imports, mutant: Mutant, most: int = 12) -> list[Path]:
    """The test files that may be asked about a mutant: all that import its module, and the nearest of others."""
    near = imports.tests_near(Imports.name(ROOT, ROOT / mutant.path))
    return [path for at, (far, path) in enumerate(near) if far == 0 or at < most]


def report(fates: Sequence[tuple[Mutant, str]], floor: float) -> int:
    """A table of packages and the names of survivors; 1 where too many survive, or any where none may."""
    tried, killed = Counter[str](), Counter[str]()
    for mutant, fate in fates:
        tried[mutant.package] += 1
        killed[mutant.package] += fate in ("killed", "no end")
    print(f"\n{'package':24} {'tried':>5} {'killed':>6} {'rate':>6}")
    for package in sorted(tried):
        rate = killed[package] / tried[package]
        print(f"{package:24} {tried[package]:5} {killed[package]:6} {rate:6.0%}")
    rate = killed.total() / max(1, tried.total())
    print(f"{'all':24} {tried.total():5} {killed.total():6} {rate:6.0%}")
    alive = [mutant for mutant, fate in fates if fate in ("survived", "no test")]
    print("\nSurvivors:" if alive else "\nNo survivor.", *alive, sep="\n")
    return int(rate < floor or any(part in HARD for mutant in alive for part in mutant.package.split("/")))


if __name__ == "__main__":
    sys.exit(main())

"""For mypy: rows are typed by the dictionary, and the built-in `sum` adds no floats.

Each table has its `TypedDict` in `provenet.case.rows`, such as `PlanRow` of `plan`, as `dictionary.csv` has it.

What may be a float, or is of no known type, is added by `math.fsum`, which is exact and the same everywhere: Python
3.12 and later add floats by `sum` otherwise than 3.11.
"""

from collections.abc import Callable
from hashlib import sha256

from mypy.checker import TypeChecker
from mypy.maptype import map_instance_to_supertype
from mypy.nodes import GDEF, GeneratorExpr, ListComprehension, MypyFile, SymbolTableNode
from mypy.plugin import DynamicClassDefContext, FunctionContext, Plugin, ReportConfigContext
from mypy.plugin import SemanticAnalyzerPluginInterface as Analyzer
from mypy.typeops import tuple_fallback
from mypy.types import AnyType, Instance, NoneType, TupleType, Type, TypedDictType, UnionType, get_proper_type

from provenet.case.dictionary import STRUCTS, Column
from provenet.case.tables import structs, tables

REFUSED = ("builtins.float", "builtins.complex", "builtins.object")
ROWS = "provenet.case.rows"
PYTHON = {
    "text": "builtins.str",
    "int": "builtins.int",
    "float": "builtins.float",
    "bool": "builtins.bool",
    "date": "datetime.date",
    "instant": "datetime.datetime",
    "list": "builtins.str",
}
"""The class of a value of each type of the dictionary; of a list, that of its entries."""
ADDED = {
    "input": {"row_id", "source_id", "file_id", "locator", "reading", "checked_on", "note", "run_id"},
    "result": {"run_id"},
}
"""The columns that a row may lack while it is built, since the reader of a file or the writer of the case adds them."""


def may_be_float(kind: Type) -> bool:
    """Whether values of a type may be floats."""
    proper = get_proper_type(kind)
    if isinstance(proper, UnionType):
        return any(map(may_be_float, proper.items))
    return isinstance(proper, AnyType) or (isinstance(proper, Instance) and proper.type.fullname in REFUSED)


def element(context: FunctionContext) -> Type:
    """The type of what a call adds, by its first argument; of a comprehension by what it adds, whatever is expected."""
    first = context.args[0][0]
    first = first.generator if isinstance(first, ListComprehension) else first
    if isinstance(first, GeneratorExpr) and isinstance(context.api, TypeChecker):
        return context.api.lookup_type(first.left_expr)
    given = get_proper_type(context.arg_types[0][0])
    given = tuple_fallback(given) if isinstance(given, TupleType) else given
    iterable = context.api.named_generic_type("typing.Iterable", []).type
    if not isinstance(given, Instance) or not given.type.has_base("typing.Iterable"):
        return given
    return map_instance_to_supertype(given, iterable).args[0]


def refuse_floats(context: FunctionContext) -> Type:
    """Reports a sum of what may be floats."""
    if any(map(may_be_float, (element(context), context.default_return_type))):
        context.api.fail("sum adds floats otherwise in each Python; add them by math.fsum", context.context)
    return context.default_return_type


def columns_of(name: str) -> tuple[tuple[Column, ...], set[str]]:
    """The columns of a table or struct, and those that a row may lack. Raises KeyError for an unknown name."""
    if name.startswith("_"):
        fields = structs()[name]
        return fields, {field.name for field in fields if field.nullable}
    columns, added = tables()[name].columns, ADDED.get(tables()[name].kind, set())
    return columns, {column.name for column in columns if column.nullable or column.name in added}


def type_of(column: Column, api: Analyzer) -> Type:
    """The type of a column's values."""
    kind: Type = api.named_type(PYTHON.get(column.type, "builtins.object"))
    if column.fields:
        kind = row_type(column.type.removeprefix(STRUCTS), api)
    if column.fields or column.type == "list":
        kind = api.named_type("builtins.list", [kind])
    return UnionType([kind, NoneType()]) if column.nullable else kind


def row_type(name: str, api: Analyzer) -> TypedDictType:
    """The type of the rows of a table, or of the entries of a column of structs."""
    columns, absent = columns_of(name)
    types = {column.name: type_of(column, api) for column in columns}
    return TypedDictType(types, types.keys() - absent, set(), api.named_type("typing._TypedDict"))


def class_name(name: str) -> str:
    """How the module of rows calls the class of a table, such as `PlanRow`, or of a struct, such as `FlipStruct`."""
    return "".join(map(str.capitalize, name.split("_"))) + ("Struct" if name.startswith("_") else "Row")


def add_row_classes(context: DynamicClassDefContext) -> None:
    """Puts the class of each table's rows under its name, in place of the function that finds any name as a program
    runs: what has no class is no name of the module."""
    names = context.api.modules[ROWS].names
    for name in tables() | structs():
        made = row_type(name, context.api)
        info = context.api.basic_new_typeinfo(class_name(name), made.fallback, context.call.line)
        info.update_typeddict_type(made)
        names[class_name(name)] = SymbolTableNode(GDEF, info)
    del names[context.name]


class ProvenetPlugin(Plugin):
    """Makes the classes of rows, and looks at each call of the built-in `sum`."""

    def get_additional_deps(self, file: MypyFile) -> list[tuple[int, str, int]]:
        """Dates are types of columns, though the module of rows names none."""
        return [(10, "datetime", -1)] if file.fullname == ROWS else []

    def report_config_data(self, ctx: ReportConfigContext) -> str | None:
        """What the module of rows rests on beside its text: another dictionary makes what is kept of it out of date."""
        return sha256(repr((tables(), structs())).encode()).hexdigest() if ctx.id == ROWS else None

    def get_dynamic_class_hook(self, fullname: str) -> Callable[[DynamicClassDefContext], None] | None:
        """What makes the classes of rows; None for any other call."""
        return add_row_classes if fullname == f"{ROWS}.classes_by_name" else None

    def get_function_hook(self, fullname: str) -> Callable[[FunctionContext], Type] | None:
        """The look at a call; None for any other function."""
        return refuse_floats if fullname == "builtins.sum" else None


def plugin(_version: str) -> type[Plugin]:
    """The plugin, as mypy asks for it."""
    return ProvenetPlugin

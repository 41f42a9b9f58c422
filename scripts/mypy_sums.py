"""For mypy: the built-in `sum` adds no floats, since Python 3.12 and later add them otherwise than 3.11.

What may be a float, or is of no known type, is added by `math.fsum`, which is exact and the same everywhere.
"""

from collections.abc import Callable

from mypy.checker import TypeChecker
from mypy.maptype import map_instance_to_supertype
from mypy.nodes import GeneratorExpr, ListComprehension
from mypy.plugin import FunctionContext, Plugin
from mypy.typeops import tuple_fallback
from mypy.types import AnyType, Instance, TupleType, Type, UnionType, get_proper_type

REFUSED = ("builtins.float", "builtins.complex", "builtins.object")


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


class Sums(Plugin):
    """Looks at each call of the built-in `sum`."""

    def get_function_hook(self, fullname: str) -> Callable[[FunctionContext], Type] | None:
        """The look at a call; None for any other function."""
        return refuse_floats if fullname == "builtins.sum" else None


def plugin(_version: str) -> type[Plugin]:
    """The plugin, as mypy asks for it."""
    return Sums

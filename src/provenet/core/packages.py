"""Packages that extras bring, and the one sentence of a package that is missing.

Provenet lies on no public index under its name, so nothing here or in the docs installs it by name: an extra comes from
the wheel file or from the checkout that provenet itself came from.
"""

from importlib.util import find_spec

from provenet.core.digest import VERSION
from provenet.core.errors import UsageFault

EXTRAS = {
    "brief": ("jinja2", "markupsafe", "typst", "babel"),
    "intake": ("zstandard",),
    "online": ("httpx", "httpcore", "certifi"),
    "internet": ("numba", "pyarrow", "highspy", "msgspec"),
    "measured": ("duckdb",),
    "plan": ("numba", "scipy", "ortools", "highspy", "linopy", "openpyxl"),
    "web": ("fastapi", "uvicorn", "jinja2", "python_multipart", "duckdb", "openpyxl", "starlette", "anyio", "babel"),
    "spark": ("pyspark",),
}
"""What each extra brings, as code imports it. A package of several is said to come with the first."""


def require(extra: str, *packages: str) -> None:
    """Raises UsageFault, with how to install it, where a package of an extra is missing; any, where none is named."""
    for package in packages or EXTRAS[extra]:
        if find_spec(package) is None:
            raise lacking(package, extra)


def lacking(package: str, extra: str) -> UsageFault:
    """The sentence of a package that is missing."""
    return UsageFault(f"This needs the package {package}, which is not installed. {how_to_install(extra)}")


def how_to_install(extra: str) -> str:
    """How an extra is installed: from the wheel file that provenet came from, or in its checkout.

    >>> how_to_install("plan")
    'Run: pip install "./provenet-0.1.0-py3-none-any.whl[plan]" (in a checkout: pip install -e ".[plan]")'
    """
    wheel = f"./provenet-{VERSION}-py3-none-any.whl"
    return f'Run: pip install "{wheel}[{extra}]" (in a checkout: pip install -e ".[{extra}]")'


def lacking_module(error: ModuleNotFoundError) -> UsageFault | None:
    """The sentence of a module that was not found, where an extra brings it."""
    package = (error.name or "").partition(".")[0]
    extra = next((extra for extra, brings in EXTRAS.items() if package in brings), None)
    return lacking(package, extra) if extra else None

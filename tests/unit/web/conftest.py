"""A small case for tests of pages, and callers of the app over it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.unit.web.small_case import small_case

from provenet.web.access import Access
from provenet.web.app import create_app

HOST = "127.0.0.1:8350"


@pytest.fixture(scope="session")
def small_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small case; read it, do not write to it."""
    return small_case(tmp_path_factory.mktemp("small") / "case")


@pytest.fixture
def own_folder(small_folder: Path, tmp_path: Path) -> Path:
    """A copy of the small case, to write to."""
    return Path(shutil.copytree(small_folder, tmp_path / "case"))


Caller = Callable[..., TestClient]


@pytest.fixture(scope="session")
def caller() -> Caller:
    """Makes a browser that calls the app over a case; without `public` its session has begun."""

    def made(folder: Path, *, public: bool = True) -> TestClient:
        access = Access(frozenset({HOST}), public)
        client = TestClient(create_app(folder, access), base_url=f"http://{HOST}")
        if not public:
            client.get("/", params={"token": access.token})
        return client

    return made

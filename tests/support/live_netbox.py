"""A NetBox of one's own for a test: PostgreSQL, Valkey and NetBox on loopback, with the community demo data in it.

What takes long is done once and kept outside the tree: the installed NetBox, and its database after every migration.
Nothing is left running. `Unavailable` says in plain words what a machine lacks.
"""

from __future__ import annotations

import gzip
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp

VERSION = "4.7.3"
TOKEN = "0123456789abcdef0123456789abcdef01234567"
CACHE = Path(os.environ.get("PROVENET_TEST_CACHE", Path.home() / ".cache" / "provenet-tests"))
"""Where the installed NetBox and its database are kept between runs."""
INSTALL_SECONDS, MIGRATE_SECONDS, START_SECONDS = 900, 1500, 180
_CONFIGURATION = """
ALLOWED_HOSTS = ["*"]
DATABASES = {{"default": {{"ENGINE": "django.db.backends.postgresql", "NAME": "netbox", "USER": "netbox",
    "PASSWORD": "netbox", "HOST": "127.0.0.1", "PORT": "{postgres}"}}}}
REDIS = {{
    "tasks": {{"HOST": "127.0.0.1", "PORT": {valkey}, "DATABASE": 0, "SSL": False}},
    "caching": {{"HOST": "127.0.0.1", "PORT": {valkey}, "DATABASE": 1, "SSL": False}},
}}
SECRET_KEY = "{key}"
API_TOKEN_PEPPERS = {{1: "{key}"}}
CENSUS_REPORTING_ENABLED = False
RELEASE_CHECK_URL = None
"""
_MAKE_TOKEN = f"""
from users.models import Token, User
user, _ = User.objects.get_or_create(username="provenet", defaults={{"is_superuser": True, "is_active": True}})
Token.objects.filter(user=user).delete()
token = Token(user=user, version=1)
token.token = "{TOKEN}"
token.save()
print("token made")
"""


class Unavailable(Exception):
    """What this machine lacks for a NetBox of its own, in plain words."""


@dataclass
class LiveNetBox:
    """A running NetBox: its address, and the folder that all of it lies in."""

    url: str
    root: Path
    environment: dict[str, str] = field(default_factory=dict)


def run(*words: str | Path, timeout: float = 300, **how: object) -> subprocess.CompletedProcess[str]:
    """Runs a programme to its end. Raises Unavailable with its last words where it fails."""
    try:
        done = subprocess.run([str(one) for one in words], capture_output=True, text=True, timeout=timeout, **how)  # type: ignore[call-overload]
    except (OSError, subprocess.TimeoutExpired) as err:
        raise Unavailable(f"{words[0]} cannot be run: {err}") from err
    if done.returncode:
        raise Unavailable(f"{words[0]} failed: {(done.stderr or done.stdout).strip()[-400:]}")
    assert isinstance(done, subprocess.CompletedProcess)
    return done


def programme(*names: str) -> Path:
    """The first of several programmes that is there. Raises Unavailable."""
    folders = [*os.environ.get("PATH", "").split(":"), *map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin")))]
    for name in names:
        if found := shutil.which(name, path=":".join(folders)):
            return Path(found)
    raise Unavailable(f"{names[0]} is not installed")


def free_port() -> int:
    with socket.socket() as link:
        link.bind(("127.0.0.1", 0))
        return int(link.getsockname()[1])


def installed() -> Path:
    """The environment with NetBox, made once. Raises Unavailable where Python 3.12 or the package is not to be had."""
    place = CACHE / f"netbox-{VERSION}" / "venv"
    if (place / "bin" / "netbox").is_file():
        return place
    python = Path(sys.executable) if sys.version_info >= (3, 12) else programme("python3.13", "python3.12")
    run(python, "-m", "venv", place, timeout=120)
    run(place / "bin" / "pip", "install", "--quiet", f"netbox=={VERSION}", timeout=INSTALL_SECONDS)
    return place


@contextmanager
def postgres(root: Path, port: int) -> Iterator[list[str]]:
    """A PostgreSQL on loopback; gives the words with which its own user is asked to run something."""
    pg_ctl, initdb = programme("pg_ctl"), programme("initdb")
    data = root / "postgres"
    data.mkdir()
    words: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(data, "postgres")
        root.chmod(0o755)
        words = ["runuser", "-u", "postgres", "--"]
    run(*words, initdb, "-D", data / "data", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={data} -c fsync=off"
    start = (pg_ctl, "-D", data / "data", "-w", "-l", data / "log", "-o", f"{options} -c full_page_writes=off", "start")
    subprocess.run([*words, *map(str, start)], check=True, stdout=subprocess.DEVNULL, timeout=60)
    try:
        run("psql", *_at(port, "postgres"), "-c", "create role netbox login superuser password 'netbox'")
        run("psql", *_at(port, "postgres"), "-c", "create database netbox owner netbox")
        yield words
    finally:
        subprocess.run([*words, str(pg_ctl), "-D", str(data / "data"), "-m", "immediate", "stop"], check=False)


def _at(port: int, database: str) -> list[str]:
    return ["-h", "127.0.0.1", "-p", str(port), "-U", "postgres", "-d", database, "-q", "-v", "ON_ERROR_STOP=1"]


@contextmanager
def running(*words: str | Path, log: Path, **how: object) -> Iterator[subprocess.Popen[bytes]]:
    """A programme for the length of a block."""
    with log.open("wb") as out:
        started = subprocess.Popen([str(one) for one in words], stdout=out, stderr=out, **how)  # type: ignore[call-overload]
        try:
            yield started
        finally:
            started.terminate()
            try:
                started.wait(20)
            except subprocess.TimeoutExpired:
                started.kill()
                started.wait(20)


def fill(root: Path, port: int, demo: Path, migrate: list[str | Path], environment: dict[str, str]) -> None:
    """Puts the demo data in at this release: from the copy that an earlier run kept, or by every migration since."""
    key = sha256(demo.read_bytes()).hexdigest()[:12]
    kept = CACHE / f"netbox-{VERSION}" / f"demo-{key}.sql.gz"
    text = root / "demo.sql"
    text.write_bytes(gzip.decompress((kept if kept.is_file() else demo).read_bytes()))
    run("psql", *_at(port, "netbox")[:-2], "-f", text, timeout=300)
    if kept.is_file():
        return
    run(*migrate, timeout=MIGRATE_SECONDS, env=environment, cwd=root / "netbox")
    run(programme("pg_dump"), "-h", "127.0.0.1", "-p", str(port), "-U", "postgres", "-f", text, "netbox", timeout=300)
    part = kept.with_suffix(".part")
    part.write_bytes(gzip.compress(text.read_bytes()))
    part.replace(kept)


@contextmanager
def live_netbox(demo: Path) -> Iterator[LiveNetBox]:
    """A NetBox with the demo data for the length of a block. Raises Unavailable where this machine has none."""
    valkey, venv = programme("valkey-server", "redis-server"), installed()
    programme("pg_ctl"), programme("psql")
    root = Path(mkdtemp(prefix="provenet-netbox-"))
    ports = {"postgres": free_port(), "valkey": free_port()}
    environment = {**os.environ, "NETBOX_ROOT": str(root / "netbox")}
    netbox = venv / "bin" / "netbox"
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, root, ignore_errors=True)
        stack.enter_context(postgres(root, ports["postgres"]))
        words = (valkey, "--port", str(ports["valkey"]), "--bind", "127.0.0.1", "--save", "", "--dir", root)
        stack.enter_context(running(*words, log=root / "valkey.log"))
        run(netbox, "setup", "--target", root / "netbox", env=environment)
        configuration = root / "netbox" / "conf" / "configuration.py"
        configuration.write_text(_CONFIGURATION.format(**ports, key="k" * 60), encoding="utf-8")
        fill(root, ports["postgres"], demo, [netbox, "migrate", "--no-input"], environment)
        made = run(netbox, "shell", env=environment, cwd=root / "netbox", input=_MAKE_TOKEN)
        if "token made" not in made.stdout:
            raise Unavailable(f"no token could be made: {made.stderr[-300:]}")
        port = free_port()
        serve = (venv / "bin" / "gunicorn", "-b", f"127.0.0.1:{port}", "-w", "1", "-t", "120", "netbox.wsgi")
        started = running(*serve, log=root / "gunicorn.log", env=environment, cwd=root / "netbox")
        process = stack.enter_context(started)
        url = f"http://127.0.0.1:{port}/"
        _wait_for(url, process, root / "gunicorn.log")
        yield LiveNetBox(url, root, environment)


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Waits until the service answers. Raises Unavailable where it does not."""
    for _ in range(START_SECONDS):
        if process.poll() is not None:
            raise Unavailable(f"NetBox ended: {log.read_text(encoding='utf-8', errors='replace')[-400:]}")
        try:
            request = urllib.request.Request(f"{url}api/status/", headers={"Authorization": f"Token {TOKEN}"})
            with urllib.request.urlopen(request, timeout=30) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(1)
    raise Unavailable(f"NetBox does not answer: {log.read_text(encoding='utf-8', errors='replace')[-400:]}")

"""Some thousands of Python files that use Django: source distributions from PyPI, kept in a cache folder."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import tarfile
import tempfile
import tomllib
import urllib.request
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath

LIST = Path(__file__).with_suffix("").with_name("codemods.txt")
UV = Path(".tools/bin/uv")


class NoCorpus(Exception):
    """The packages cannot be had; the text says which, and why."""


def corpus() -> Path:
    """The folder with the unpacked `.py` files; made at the first call, checked against the hashes of the list."""
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    wanted = LIST.read_text()
    folder = caches / "chairlift-bench" / f"codemods-{hashlib.sha256(wanted.encode()).hexdigest()[:12]}"
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
            made = Path(temporary) / "tree"
            _fill(made, wanted)
            made.rename(folder)
    return folder


def _fill(folder: Path, wanted: str) -> None:
    rows = [line.split() for line in wanted.splitlines() if line and not line.startswith("#")]
    urls = sources([pin for pin, _ in rows])
    with ThreadPoolExecutor(6) as threads:
        for (pin, digest), data in zip(rows, threads.map(fetched, [urls[pin] for pin, _ in rows]), strict=True):
            if hashlib.sha256(data).hexdigest() != digest:
                raise NoCorpus(f"{pin} is not what it was when the list was made: its hash differs")
            for name, content in _python_files(data):
                file = folder / pin.replace("==", "-") / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)


def sources(pins: list[str]) -> dict[str, str]:
    """Where the source distributions are, by way of uv and the index that it is set up for."""
    with tempfile.TemporaryDirectory() as temporary:
        lock = Path(temporary) / "pylock.toml"
        argv = [UV, "pip", "compile", "--quiet", "--no-deps", "--format=pylock.toml", f"--output-file={lock}", "-"]
        done = subprocess.run(argv, input="\n".join(pins), capture_output=True, text=True, check=False)
        if done.returncode:
            raise NoCorpus(f"uv cannot find the packages: {done.stderr.strip()}")
        packages = tomllib.loads(lock.read_text())["packages"]
    return {f"{each['name']}=={each['version']}": each["sdist"]["url"] for each in packages if "sdist" in each}


def fetched(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=120) as answer:
        return answer.read()


def unpacked(data: bytes, folder: Path) -> None:
    """All of a source distribution, without the folder that everything in it is in."""
    for name, read, mode in _members(data):
        path = PurePosixPath(name)
        inside = "/".join(path.parts[1:])
        if inside and not path.is_absolute() and ".." not in path.parts:
            file = folder / inside
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(read())
            file.chmod(mode & 0o777 | 0o600)


def _python_files(data: bytes) -> Iterator[tuple[str, bytes]]:
    for name, read, _ in _members(data):
        path = PurePosixPath(name)
        if path.suffix == ".py" and not path.is_absolute() and ".." not in path.parts:
            yield "/".join(path.parts[1:]) or path.name, read()


def _members(data: bytes):
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for each in archive.infolist():
                if not each.is_dir():
                    yield each.filename, lambda each=each: archive.read(each), each.external_attr >> 16 or 0o644
        return
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for each in archive:
            if each.isfile():
                yield each.name, lambda each=each: archive.extractfile(each).read(), each.mode

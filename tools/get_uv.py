"""Puts uv into .tools/ with nothing but a Python: by pip where there is one, else straight from PyPI's wheel."""

from __future__ import annotations

import hashlib
import io
import json
import pathlib
import platform
import shutil
import subprocess
import sys
import urllib.request
import zipfile

VERSION = "0.13.9"
HERE = pathlib.Path(__file__).resolve().parent.parent
TOOLS = HERE / ".tools"


def main() -> int:
    target = TOOLS / "bin" / "uv"
    if target.exists():
        return 0
    TOOLS.mkdir(exist_ok=True)
    if not (by_pip() or by_wheel(target)):
        print(
            f"could not get uv {VERSION}: neither pip nor PyPI answered.\n"
            "Check the network or your pip configuration, or put a uv of your own at .tools/bin/uv.",
            file=sys.stderr,
        )
        return 3
    return 0


def by_pip() -> bool:
    """pip knows the company's own index; a Python without venv or pip falls through to the wheel."""
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", str(TOOLS / "venv")], capture_output=True)
    if made.returncode:
        shutil.rmtree(TOOLS / "venv", ignore_errors=True)
        return False
    pip = [str(TOOLS / "venv" / "bin" / "python"), "-m", "pip", "install", "-q", f"uv=={VERSION}"]
    if subprocess.run(pip).returncode:
        return False
    (TOOLS / "bin").mkdir(exist_ok=True)
    (TOOLS / "bin" / "uv").symlink_to(TOOLS / "venv" / "bin" / "uv")
    return True


def by_wheel(target: pathlib.Path) -> bool:
    with urllib.request.urlopen(f"https://pypi.org/pypi/uv/{VERSION}/json", timeout=60) as answer:
        files = json.load(answer)["urls"]
    tag = {"x86_64": "x86_64", "amd64": "x86_64", "arm64": "arm64", "aarch64": "aarch64"}[platform.machine().lower()]
    system = "macosx" if sys.platform == "darwin" else "manylinux"
    for file in files:
        name = file["filename"]
        if name.endswith(".whl") and system in name and tag in name:
            with urllib.request.urlopen(file["url"], timeout=300) as answer:
                wheel = answer.read()
            if hashlib.sha256(wheel).hexdigest() != file["digests"]["sha256"]:
                return False
            target.parent.mkdir(exist_ok=True)
            with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
                inside = next(n for n in archive.namelist() if n.endswith("/scripts/uv"))
                target.write_bytes(archive.read(inside))
            target.chmod(0o755)
            return True
    return False


if __name__ == "__main__":
    sys.exit(main())

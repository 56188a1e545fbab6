"""Write requirements/*.txt from pyproject.toml: every package with its version and hashes, for plain pip.

Pins stay as they are where they still fit; `--upgrade` takes the newest releases that fit. The files name no address,
so they work with whichever package index a computer is set up for.
"""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OPTIONS = ["--quiet", "--universal", "--python-version=3.11", "--generate-hashes", "--no-header"]


def main(arguments: list[str]) -> int:
    if shutil.which("uv") is None:
        print("make lock needs uv: install it (pip install uv) and run this again.", file=sys.stderr)
        return 1
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    _write("runtime", arguments)
    _write("dev", [*arguments, *(f"--group={group}" for group in groups)])
    return 0


def _write(name: str, more: list[str]) -> None:
    path = f"requirements/{name}.txt"
    subprocess.run(
        ["uv", "pip", "compile", *OPTIONS, *more, "pyproject.toml", f"--output-file={path}"], cwd=ROOT, check=True
    )
    print(f"{path} is written.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

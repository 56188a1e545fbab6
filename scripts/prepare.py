"""Make `.venv` and install a requirements file into it: `python scripts/prepare.py runtime` (or `dev`).

Runs before anything is installed, so it uses the standard library alone. Does nothing when nothing has changed: a stamp
in `.venv` holds the hash of what was installed.
"""

import contextlib
import fcntl
import hashlib
import os
import re
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
SETS = {"runtime": "what Link4web runs on", "dev": "what its tests need"}
OLDEST = (3, 11)


def main(name: str) -> int:
    requirements = ROOT / "requirements" / f"{name}.txt"
    with _alone():
        if not _is_usable():
            _make_venv()
        if not _is_installed(requirements):
            return _install(requirements)
    return 0


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Two commands started at once prepare one after the other."""
    lock = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _is_usable() -> bool:
    """Whether the environment's Python starts, is new enough and has pip; a system upgrade can break any of these."""
    question = f"import pip, sys; sys.exit(sys.version_info < {OLDEST})"
    try:
        return subprocess.run([PYTHON, "-c", question], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _make_venv() -> None:
    print(f"Making .venv with Python {sys.version.split()[0]} …", flush=True)
    try:
        import ensurepip  # noqa: F401 (Debian keeps it in a package of its own)
    except ImportError:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        sys.exit(f"This Python lacks its venv module. On Debian and Ubuntu: apt-get install python{version}-venv")
    venv.EnvBuilder(with_pip=True, symlinks=True, clear=True).create(VENV)


def _stamp_of(requirements: Path) -> tuple[Path, str]:
    """Where the stamp lies and what it says when all is installed for this Python."""
    facts = requirements.read_bytes() + str(PYTHON.resolve()).encode()
    return VENV / f".installed-{requirements.stem}", hashlib.sha256(facts).hexdigest()


def _is_installed(requirements: Path) -> bool:
    stamp, wanted = _stamp_of(requirements)
    return stamp.exists() and stamp.read_text() == wanted


def _install(requirements: Path) -> int:
    stamp, wanted = _stamp_of(requirements)
    stamp.unlink(missing_ok=True)
    total = len(re.findall(r"^[\w.-]+(?:\[[\w,-]+\])?==", requirements.read_text(), re.MULTILINE))
    print(f"Installing {SETS[requirements.stem]}: {total} packages, checked by hash …", flush=True)
    status, said = _pip(requirements, total)
    if status:
        print("\n" + "".join(said[-30:]), file=sys.stderr)
        print(f"pip could not install {requirements.relative_to(ROOT)}; its last words are above.", file=sys.stderr)
        return 1
    print(f"  {'installed':<60}", flush=True)
    stamp.write_text(wanted)
    return 0


def _pip(requirements: Path, total: int) -> tuple[int, list[str]]:
    """Run pip, counting aloud; its exit status and what it said."""
    # the file names every package with its version and hashes, so nothing is left to be worked out
    options = ["--require-hashes", "--no-deps", "--disable-pip-version-check", "--no-input", "-r", str(requirements)]
    command = [str(PYTHON), "-m", "pip", "install", *options]
    said, done = [], 0
    with subprocess.Popen(
        command, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as pip:
        for line in pip.stdout or ():
            said.append(line)
            if line.startswith(("Collecting ", "Requirement already")):
                done += 1
                _show(done, total, line.removeprefix("Requirement already satisfied: ").split("==")[0].split()[-1])
            elif line.startswith("Installing collected"):
                _show(total, total, "unpacking")
    return pip.returncode, said


def _show(done: int, total: int, what: str) -> None:
    """One line that counts up on a terminal; elsewhere a line now and then."""
    if os.isatty(1):
        print(f"  {done:>3} of {total}  {what:<40}", end="\r", flush=True)
    elif done % 20 == 0 or done == total:
        print(f"  {done} of {total}  {what}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

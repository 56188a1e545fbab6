"""What would be done again for each test's application is done once: compiling templates, routes and SQL, reading help.

An application is made for nearly every test; without this a quarter of a run's work is making it. For the same reason
garbage is looked for more rarely.
"""

import gc
from functools import cache
from typing import Any, ClassVar

import pytest
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Engine
from sqlalchemy.engine import Dialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from link4web.help import articles, centre

_compiled: dict[str, tuple[Dialect, LRUCache]] = {}


class CompiledTemplates(BytecodeCache):
    """Templates compiled once in a run instead of once for each test's application."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key] = bucket.bytecode_to_string()


class CompiledOnce(Rule):
    """A route like any other; what werkzeug makes of its pattern is kept for the next application's same route."""

    _made: ClassVar[dict[tuple[Any, ...], dict[str, Any]]] = {}

    def compile(self) -> None:
        defaults = frozenset((name, id(value)) for name, value in (self.defaults or {}).items())  # kept alive below
        key = (self.rule, self.endpoint, frozenset(self.methods or ()), defaults)
        if key not in self._made:
            super().compile()
            self._made[key] = dict(vars(self))
            return
        made = self._made[key]
        builders = {name: made[name].__func__.__get__(self) for name in ("_build", "_build_unknown")}
        vars(self).update(made, map=self.map, **builders)


def compile_statements_once(engine: Engine) -> None:
    """Let the engine use what engines of this kind have compiled before; such a statement belongs to its dialect."""
    engine.dialect, engine._compiled_cache = _compiled.setdefault(engine.dialect.name, (engine.dialect, LRUCache(3000)))


def read_help_once() -> None:
    """Articles are files that no test changes."""
    all_articles, all_parts = cache(articles.read_articles), cache(articles.parts)
    for_good = pytest.MonkeyPatch()
    for_good.setattr(centre, "read_articles", lambda: dict(all_articles()))
    for_good.setattr(articles, "parts", lambda: dict(all_parts()))


def search_for_garbage_rarely() -> None:
    """Leave what lives as long as the run out of it, and look at the rest after more has been made."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)

"""The hint of the task that somebody has come to do, on the page where they can do it.

It stands in the address, so that it goes when it is left out of the address; an unknown one shows nothing.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import request

from link4web.help import links
from link4web.help.tasks import BY_SLUG, Task


@dataclass(frozen=True)
class Hint:
    """What to do here. `href` leads to the article, `leave_href` to the same page without the hint."""

    sentence: str
    href: str
    leave_href: str


def task_here() -> Task | None:
    """The task that the address of this page names."""
    return BY_SLUG.get(request.args.get("hint", "")) if request else None


def hint_here() -> Hint | None:
    """The hint for this page."""
    task = task_here()
    if task is None:
        return None
    is_one_systems = "provider" in (request.view_args or {})
    return hint_of(task, (task.hint_there if is_one_systems else "") or task.hint)


def hint_of(task: Task, sentence: str) -> Hint:
    """A hint for this page in other words than the task's own."""
    said = links.reader_here().fill(sentence)
    return Hint(said, links.article_href(task.article), _without_hint())


def _without_hint() -> str:
    others = [(name, value) for name, value in request.args.items(multi=True) if name != "hint"]
    return request.path + (f"?{urlencode(others)}" if others else "")

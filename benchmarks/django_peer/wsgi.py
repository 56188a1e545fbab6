"""The peer as a WSGI application, and a browser signed in to it."""

import os
import shutil
from pathlib import Path
from typing import Any

import django
from django.core.wsgi import get_wsgi_application

NAME = "Olive Owner"


def application(database: Path) -> Any:
    """The project over this database file."""
    _set_up(database)
    return get_wsgi_application()


def prepare(source: Path, target: Path, user_id: str, page: str) -> str:
    """Copy the data, add Django's tables and the person; the Cookie header of a signed-in browser that saw `page`."""
    shutil.copy(source, target)
    _set_up(target)
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.db import connections
    from django.test import Client

    call_command("migrate", verbosity=0, run_syncdb=False)
    browser = Client()
    browser.force_login(User.objects.create_user(user_id, first_name=NAME))
    assert browser.get(page, headers={"host": "localhost"}).status_code == 200
    connections.close_all()
    return "; ".join(f"{name}={cookie.value}" for name, cookie in browser.cookies.items())


def _set_up(database: Path) -> None:
    os.environ["BENCH_DATABASE"] = str(database)
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.django_peer.settings"
    django.setup()

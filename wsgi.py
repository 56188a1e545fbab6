"""`flask --app wsgi …` and `gunicorn wsgi:app`."""

import sys

from link4web.app import create_app
from link4web.doctor import enough_to_look_at
from link4web.settings import SettingsError

try:
    app = create_app()
except SettingsError as error:
    if sys.argv[-1] == "doctor":
        app = create_app(enough_to_look_at(error.settings))
        app.extensions["faults"] = error.problems
    else:
        for problem in error.problems:
            print(f"Link4web can't start. {problem}", file=sys.stderr)  # noqa: T201 (there is no log yet)
        sys.exit(3)  # gunicorn takes it as "can't boot" and stops instead of trying again

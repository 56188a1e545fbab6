"""Every problem with its code and its article: what the help centre knows, feature by feature."""

from link4web.customers import problems as customers
from link4web.help.problems import Problem

ALL: tuple[Problem, ...] = (*customers.PROBLEMS,)

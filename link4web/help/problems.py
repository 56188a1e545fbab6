"""What can be in somebody's way, each with a stable code, one sentence, the fix, and the article that tells more.

Features and providers declare theirs from the words they show; `link4web/problems.py` is the list of all.
"""

from link4web.sentences import Problem, code_of

__all__ = ["Problem", "code_of"]

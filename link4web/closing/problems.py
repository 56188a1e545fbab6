"""What may be asked about exports and closing, for the help centre."""

from link4web.closing import words
from link4web.help.problems import Problem

ARTICLE = "closing-an-account"


def _plain(code: str, title: str, sentence: str, fix: str) -> Problem:
    return Problem(code=code, title=title, sentence=sentence, fix=fix, article=ARTICLE)


PROBLEMS = (
    _plain(
        "CLOSE-WHAT-GOES",
        "What closing means",
        "Access ends at once; what the organisation holds is deleted 30 days later.",
        "Take your data along first. Until the 30 days are over an admin can take it back.",
    ),
    _plain("CLOSE-NAME", "The name isn’t right", words.WRONG_NAME, "Copy it, capitals and blanks don’t matter."),
    _plain(
        "CLOSE-KEPT",
        "The account is kept",
        "Everybody can enter again; what was disconnected and withdrawn stays so.",
        "Connect your accounting system again, then invite again.",
    ),
    _plain("CLOSE-TOO-LATE", "It is too late", words.TOO_LATE, "Sign up anew, and connect your accounting system."),
    _plain(
        "EXPORT-MAKING",
        "The export is being made",
        "It takes seconds, with very many customers some minutes.",
        "Stay on the page, or come back to it later.",
    ),
    _plain(
        "EXPORT-READY",
        "The export is ready",
        "Admins can download it for seven days; each download stands in the activity log.",
        "Press Download the export.",
    ),
    _plain(
        "EXPORT-FAILED",
        "The export could not be made",
        "Something went wrong on our side; nothing of yours is lost.",
        "Ask for it once more. If it stays, write to support.",
    ),
)

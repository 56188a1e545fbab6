"""What may be asked about the activity log, for the help centre."""

from link4web.help.problems import Problem

PROBLEMS = (
    Problem(
        code="ACTIVITY-LOG",
        title="Who did what",
        sentence="Each change stands here with its person and time, and nobody can take it out again.",
        fix="Narrow it by person, kind, days or the name of a customer.",
        article="activity-log",
    ),
)

"""How dates and numbers are written; the faster way than the built-in filters, which read the locale each time."""

from datetime import datetime

from django import template
from django.utils import timezone

from link4web.web.filters import MONTHS

register = template.Library()


@register.filter
def day(moment: datetime) -> str:
    """`18 Nov 2026`, in the time zone that is active."""
    there = moment.astimezone(timezone.get_current_timezone())
    return f"{there.day} {MONTHS[there.month - 1]} {there.year}"


@register.filter
def number(value: int) -> str:
    """`12,431`."""
    return f"{value:,}"

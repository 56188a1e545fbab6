"""Searching the articles: in users' words, with letters swapped or missing, and with what was found marked.

Forty texts fit into memory and are looked through in a millisecond, so no database is asked.
"""

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from link4web.folding import fold

LONGEST = 100
MOST = 12
# how much a word counts where it stands
TITLE, CALLED, SUMMARY, HEADING, BODY = 6.0, 5.0, 3.0, 2.5, 1.0
MOST_OF_A_WORD = 2 * TITLE
# how much more an article counts when the whole query is one of the things it is called
WHOLE = 1.5
_WORD = re.compile(r"[\w’'-]+")
# they stand in every question and tell nothing
_QUIET_WORDS = """
    a an and are as at be but by can cannot can't do does doesn't don't for from get has have how i in is it isn't my
    not of on or our so that the their them then there they this to was we what when where which who why will with
    won't you your me am if no yes any some still just
"""
_QUIET = frozenset(_QUIET_WORDS.split())


@dataclass(frozen=True)
class Entry:
    """What can be found: `fields` are texts with their weight, `called` what people call it."""

    slug: str
    title: str
    summary: str
    body: str
    called: Sequence[str]
    fields: Sequence[tuple[float, str]]


@dataclass(frozen=True)
class Hit:
    """An article that answers: title and a piece of it, with the words that were looked for marked."""

    slug: str
    title: Markup
    piece: Markup
    score: float


class Index:
    """Words of all entries, with how much each counts in which."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = {entry.slug: entry for entry in entries}
        self._weights: dict[str, dict[str, float]] = defaultdict(dict)
        self._called = {entry.slug: {frozenset(words_of(phrase)) for phrase in entry.called} for entry in entries}
        for entry in entries:
            for weight, text in entry.fields:
                for word in words_of(text):
                    before = self._weights[word].get(entry.slug, 0.0)
                    # a word that comes again counts, but less, and not without end
                    again = max(before, weight) + min(before, weight) * 0.15
                    self._weights[word][entry.slug] = min(again, MOST_OF_A_WORD)
        self._vocabulary = sorted(self._weights)

    def search(self, query: str) -> list[Hit]:
        """The articles that fit best, at most MOST; none when no word of the query is like any of theirs."""
        asked = words_of(query[:LONGEST])
        scores: dict[str, float] = defaultdict(float)
        met: dict[str, set[str]] = defaultdict(set)
        for word in dict.fromkeys(asked):
            for slug, (score, as_written) in self._matches(word).items():
                scores[slug] += score
                met[slug].update(as_written)
        for slug in scores:
            scores[slug] *= WHOLE if frozenset(asked) in self._called[slug] else 1.0
        found = sorted(scores, key=lambda slug: (-scores[slug], slug))
        best = scores[found[0]] if found else 0.0
        return [self._hit(slug, met[slug], scores[slug]) for slug in found[:MOST] if scores[slug] > best * 0.2]

    def _matches(self, word: str) -> Mapping[str, tuple[float, set[str]]]:
        """For each article the best weight of this word or one like it, and the words as they stand there."""
        found: dict[str, tuple[float, set[str]]] = {}
        for known, likeness in self._alike(word).items():
            rare = math.log(1 + len(self._entries) / len(self._weights[known]))
            for slug, weight in self._weights[known].items():
                best, as_written = found.get(slug, (0.0, set()))
                found[slug] = max(best, weight * likeness * rare), as_written | {known}
        return found

    def _alike(self, word: str) -> dict[str, float]:
        """Known words that may be meant, with how sure that is."""
        alike = {known: 1.0 for known in (word,) if known in self._weights}
        if len(word) >= 3:
            alike |= {
                known: 0.75 + 0.2 * len(word) / len(known)
                for known in self._vocabulary
                if known.startswith(word) and known != word
            }
        slips = 0 if len(word) < 4 else 1 if len(word) < 8 else 2
        if slips and not alike:
            near = process.extract(
                word, self._vocabulary, scorer=DamerauLevenshtein.distance, score_cutoff=slips, limit=6
            )
            alike = {known: 0.8 - 0.2 * distance for known, distance, _ in near}
        return alike

    def _hit(self, slug: str, met: set[str], score: float) -> Hit:
        entry = self._entries[slug]
        return Hit(slug, marked(entry.title, met), marked(_piece(entry, met), met), score)


def words_of(text: str) -> list[str]:
    """The words that tell something, folded, without hyphens (e-mail, email) and endings that change nothing."""
    found = _WORD.findall(fold(text).replace("’", "'"))
    words = (word.strip("'").removesuffix("'s").replace("-", "") for word in found)
    return [stem(word) for word in words if word and word not in _QUIET]


def stem(word: str) -> str:
    """Without a plural, `-ing` or `-ed`, crudely: both sides of a comparison are treated alike."""
    for ending, least in (("ies", 5), ("ing", 6), ("ed", 5), ("es", 5), ("s", 4)):
        if word.endswith(ending) and len(word) >= least and not word.endswith("ss"):
            return word[: -len(ending)] + ("y" if ending == "ies" else "")
    return word


def marked(text: str, met: set[str]) -> Markup:
    """The text with the words marked that were met."""
    out, last = Markup(), 0
    for found in _WORD.finditer(text):
        told = words_of(found[0])
        if told and told[0] in met:
            out += escape(text[last : found.start()]) + Markup("<mark>{}</mark>").format(found[0])
            last = found.end()
    return out + escape(text[last:])


def _piece(entry: Entry, met: set[str]) -> str:
    """The sentence of the article that holds most of what was met; the summary when it holds as much."""
    sentences = [entry.summary, *re.split(r"(?<=[.?!])\s+|\n", entry.body)]
    best = max(sentences, key=lambda sentence: len(met.intersection(words_of(sentence))))
    return best if len(best) <= 220 else best[:217].rsplit(" ", 1)[0] + " …"

"""The pictures in articles: there, small, sharp, and kept by the browser for a while."""

import re

import pytest

from link4web import problems
from link4web.help.centre import PICTURES, Centre
from tests.preview.app import preview_app

LARGEST = 60 * 1024


@pytest.fixture(scope="module")
def shown() -> dict[str, str]:
    """Each picture that an article shows, as the article has it."""
    help_centre = Centre(problems.ALL)
    readers = help_centre.readers()
    pages = (help_centre.page(slug, reader) for slug in help_centre.articles for reader in readers)
    tags = {tag for page in pages for tag in re.findall(r"<img [^>]+>", page.body)}
    return {re.findall(r'src="/static/help/([\w-]+)\.png"', tag)[0]: tag for tag in tags}


def test_articles_show_only_pictures_that_exist(shown: dict[str, str]) -> None:
    assert shown
    assert shown.keys() <= {path.stem for path in PICTURES.glob("*.png")}


def test_a_picture_has_its_size_so_that_nothing_jumps_when_it_arrives(shown: dict[str, str]) -> None:
    for name, tag in shown.items():
        pixels = (PICTURES / f"{name}.png").read_bytes()[16:24]
        width, height = int.from_bytes(pixels[:4]) // 2, int.from_bytes(pixels[4:]) // 2
        assert f'width="{width}"' in tag and f'height="{height}"' in tag, tag
        assert width <= 720, f"{name} would be made smaller in an article, and its words unreadable"
        assert re.search(r'alt="[^"]{20,}"', tag), f"{name} says nothing to those who do not see it"


def test_pictures_are_small() -> None:
    for path in PICTURES.glob("*.png"):
        assert path.stat().st_size <= LARGEST, path.name


def test_browsers_keep_a_picture_for_a_day_and_then_ask_whether_it_is_new() -> None:
    client, address = preview_app().test_client(), f"/static/help/{next(PICTURES.glob('*.png')).name}"
    with client.get(address) as answer:
        assert answer.headers["Cache-Control"] == "public, max-age=86400"
    with client.get(address, headers={"If-None-Match": answer.headers["ETag"]}) as again:
        assert again.status_code == 304

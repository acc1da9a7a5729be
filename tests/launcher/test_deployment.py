"""What production is built from says the same as the code."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READ = re.compile(r"env\.(?:text|flag|number|listed|duration|choice)\(\s*\"([A-Z_]+)\"")


def settings_that_are_read() -> set[str]:
    rooms = [room.parent for room in ROOT.glob("*/__init__.py") if room.parent.name != "tests"]
    files = [path for room in rooms for path in room.rglob("*.py")]
    code = "".join(path.read_text(encoding="utf-8") for path in files)
    return set(READ.findall(code))


def example() -> dict[str, str]:
    """Each variable of .env.example with the comment above it."""
    named, comment = {}, ""
    for line in (ROOT / ".env.example").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            comment = line
        elif "=" in line:
            named[line.partition("=")[0]] = comment
    return named


def test_every_setting_stands_in_the_example_with_its_meaning() -> None:
    named = example()

    assert sorted(settings_that_are_read() - set(named)) == []
    assert [name for name, comment in named.items() if not comment] == []


def test_the_example_and_the_composition_hold_no_secret() -> None:
    secret = re.compile(r"^\s*\w*(SECRET|PASSWORD|PEPPER|KEY)\w*[ ]*[:=][ ]*(.+)$", re.MULTILINE)
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in COMPOSED]

    values = [value for text in texts for _, value in secret.findall(text)]
    assert [value for value in values if not value.startswith("${")] == []


COMPOSED = (".env.example", "docker-compose.yml")


def test_the_composition_hands_the_shop_every_setting_it_needs() -> None:
    composed = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    from soocas.production import NEEDED

    assert [name for name in NEEDED if f"    {name}: " not in composed] == []


def test_every_volume_of_the_shop_is_a_folder_that_its_user_may_write() -> None:
    """A named volume takes owner and mode from the image's folder, else it belongs to root."""
    compose = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    image = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    volumes = "media|erasures|private|beat"
    mounted = set(re.findall(rf"^ +- (?:{volumes}):(/\S+)$", compose, re.MULTILINE))
    given = re.findall(r"chown -R shop:shop (.+)$", image, re.MULTILINE)[0].split()

    assert mounted == {"/shop/var/media", "/shop/var/erasures", "/shop/var/private", "/beat"}
    assert [path for path in mounted if not path.startswith(tuple(given))] == []

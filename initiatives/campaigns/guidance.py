"""A campaign's guidance as staff write it: paragraphs, headings and points, never markup."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Block:
    """A heading ("# …"), a paragraph, or the points of a list ("- …")."""

    heading: str = ""
    paragraph: str = ""
    points: tuple[str, ...] = ()


def blocks(text: str) -> list[Block]:
    found: list[Block] = []
    for part in text.replace("\r\n", "\n").split("\n\n"):
        lines = [line.strip() for line in part.splitlines() if line.strip()]
        points = tuple(line[2:].strip() for line in lines if line.startswith("- "))
        words = [line for line in lines if not line.startswith("- ")]
        if words and words[0].startswith("# "):
            found.append(Block(heading=words.pop(0)[2:].strip()))
        if words:
            found.append(Block(paragraph=" ".join(words)))
        if points:
            found.append(Block(points=points))
    return found

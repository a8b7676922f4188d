"""A person's own blocks: each a text of its own, which any design can take in.

The text is a design file that holds one use of the block and the definitions that this
needs, so that it opens as a design, too, and is read just as strictly.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from engine.design.block import KIND, Block
from engine.design.blocks import rename_block
from engine.design.bodies import block_at
from engine.design.file import decode, encode
from engine.design.merging import adopted, likeness, needed
from engine.design.model import Design, Graph, Look, Node, Settings
from engine.design.names import fresh, stem
from engine.errors import EditError, FileError


def packed(design: Design, key: str) -> Design:
    """A block of a design as a design of its own: one use, and what it needs.

    Raises:
        EditError: there is no such block.
    """
    block = block_at(design, key)
    used = Node("n1", KIND, fresh(stem(KIND, block), ()), block=block)
    part = Design(Graph({"n1": used}), Look({"n1": (0.0, 0.0)}))
    # Fresh ids throughout: what a design called its nodes says nothing elsewhere.
    alone, became = adopted(Design(last_id=1), needed(part.graph))
    used = replace(used, block=became[key])
    symbols = {**Settings().symbols, **_spoken(design, alone)}
    return replace(
        alone,
        graph=Graph({"n1": used}),
        look=part.look,
        settings=Settings(symbols=symbols),
    )


def text_of(design: Design, key: str) -> str:
    """The text of a block's file."""
    return encode(packed(design, key))


def read(text: str) -> Design:
    """A packed block from its text.

    Raises:
        FileError: it is no design, or holds something else than one use of a block.
    """
    part = decode(text)
    block_of(part, "This text")
    return part


def block_of(part: Design, file: str = "") -> Block:
    """The block that is packed.

    Raises:
        FileError: the design holds something else than one use of a block.
    """
    uses = [node.block for node in part.nodes.values() if node.block is not None]
    if len(uses) == 1 and len(part.nodes) == 1:
        return uses[0]
    raise FileError(
        "{file} is no block: it is a design, with {count} nodes.",
        file=file,
        count=len(part.nodes),
    )


def offered(design: Design) -> Iterator[Design]:
    """The blocks of a design that are not mere parts of others, each packed."""
    inner = {
        node.block.id
        for block in design.blocks.values()
        for node in block.graph.nodes.values()
        if node.block is not None
    }
    for key in design.blocks:
        if key not in inner:
            yield packed(design, key)


def renamed(part: Design, name: str) -> Design:
    """A packed block under another name.

    Raises:
        EditError: the name cannot be.
    """
    part = rename_block(part, block_of(part).id, name)
    return part.with_graph(
        {
            key: replace(use, name=fresh(stem(KIND, use.block), ()))
            for key, use in part.nodes.items()
        }
    )


def alike(part: Design, other: Design) -> bool:
    """Whether two packed blocks are one and the same."""
    return likeness(block_of(part)) == likeness(block_of(other))


def taken(design: Design, part: Design) -> tuple[Design, str]:
    """A design with a packed block among its own, and the id it has there.

    What it needs comes along; what the design has already is not taken again.

    Raises:
        EditError: it is no packed block.
    """
    try:
        block = block_of(part)
    except FileError as error:
        raise EditError(error.message.template, **error.message.values) from None
    design, became = adopted(design, part.blocks)
    symbols = {**part.settings.symbols, **design.settings.symbols}
    if symbols != design.settings.symbols:
        symbols = dict(sorted(symbols.items()))
        design = replace(design, settings=replace(design.settings, symbols=symbols))
    return design, became[block.id].id


def _spoken(design: Design, part: Design) -> dict[str, int]:
    """The samples of the sizes that shapes in a packed block name."""
    named = {
        word
        for block in part.blocks.values()
        for node in block.graph.nodes.values()
        for value in node.params.values()
        if isinstance(value, tuple)
        for word in value
        if isinstance(word, str)
    }
    symbols = design.settings.symbols
    return {name: symbols[name] for name in sorted(named & symbols.keys())}

"""SqueezeNet: AlexNet's accuracy with a fiftieth of its numbers."""

from __future__ import annotations

from engine.design.model import Design
from scripts.templates.drawing import Sheet
from scripts.templates.parts import ZEROS, Part, conv, init, maxpool, part, relu, use
from scripts.templates.template import Template

Fires = list[tuple[int, int] | str]  # squeeze and expand of each, and poolings

HE_UNIFORM = init("kaiming_uniform")


def squeezenet1_0() -> Design:
    """The first version."""
    fires: Fires = [
        (16, 64),
        (16, 64),
        (32, 128),
        "pool",
        (32, 128),
        (48, 192),
        (48, 192),
    ]
    return _squeezenet(_drawn(96, 7), [*fires, (64, 256), "pool", (64, 256)])


def squeezenet1_1() -> Design:
    """Earlier pooling, 2.4 times less work."""
    fires: Fires = [(16, 64), (16, 64), "pool", (32, 128), (32, 128), "pool"]
    fires += [(48, 192), (48, 192), (64, 256), (64, 256)]
    return _squeezenet(_drawn(64, 3), fires)


def _squeezenet(first: Part, fires: Fires) -> Design:
    sheet = Sheet()
    fire = sheet.define(
        "Fire",
        _fire,
        "Squeezes to few channels by 1x1, then expands by 1x1 and 3x3 side by side.",
        squeeze=(16, "Channels between."),
        expand=(64, "Channels that leave each half."),
    )
    parts: list[Part] = []
    number = 2
    for step in fires:
        if isinstance(step, str):
            parts.append(_pool())
            continue
        parts.append(use(fire, f"fire{number}", squeeze=step[0], expand=step[1]))
        number += 1
    scores = conv(1000, 1, "conv10")
    sheet.chain(
        sheet.input("x", ("N", 3, 224, 224)),
        first,
        relu(),
        _pool(),
        *parts,
        part("dropout"),
        scores.drawn(weight=init("normal", std=0.01), bias=ZEROS),
        relu(),
        part("adaptive_avg_pool2d", "avgpool"),
        part("flatten"),
    )
    return sheet.design


def _drawn(width: int, kernel: int) -> Part:
    first = conv(width, kernel, "conv1", stride=2)
    return first.drawn(weight=HE_UNIFORM, bias=ZEROS)


def _pool() -> Part:
    return maxpool(3, 2, ceil_mode=True)


def _fire(body: Sheet) -> None:
    def layer(width: str, kernel: int, name: str) -> Part:
        drawn = conv(width, kernel, name, padding=kernel // 2)
        return drawn.drawn(weight=HE_UNIFORM, bias=ZEROS)

    x = body.input("x", ("N", 96, 54, 54))
    squeezed = body.chain(x, layer("=squeeze", 1, "squeeze"), relu())
    halves = [
        body.chain(squeezed, layer("=expand", kernel, name), relu())
        for kernel, name in ((1, "expand1x1"), (3, "expand3x3"))
    ]
    body.put(part("concatenate"), *halves)


TEMPLATES = {
    "squeezenet1_0": Template(
        "SqueezeNet 1.0",
        "As good as AlexNet with a fiftieth of its numbers: eight Fire modules squeeze "
        "to few channels before they look around, and there is no Linear layer at the "
        "end, a 1x1 convolution and an average give the scores.",
        1_248_424,
        (("N", 1000),),
        "Iandola et al. 2016, SqueezeNet; torchvision",
        squeezenet1_0,
    ),
    "squeezenet1_1": Template(
        "SqueezeNet 1.1",
        "SqueezeNet with a smaller first kernel and its poolings earlier: 2.4 times "
        "less work for the same accuracy. Compare the mult-adds of the two.",
        1_235_496,
        (("N", 1000),),
        "Iandola et al. 2016, SqueezeNet, and its repository; torchvision",
        squeezenet1_1,
    ),
}

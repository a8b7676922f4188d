"""Modules of torch to designs: each of another style, and what cannot be said."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812 - everybody's name for it

import engine
from engine.check import check
from engine.check.alike import alike
from engine.errors import CaptureError
from engine.model.build import build
from engine.model.capture import Captured, capture
from engine.model.capture.record import tensors
from engine.model.reading import from_python
from engine.model.source import to_python
from tests.engine.test_source_rows import tidy

torch.set_num_threads(1)


def comes_over(model: nn.Module, *inputs: torch.Tensor, **named: torch.Tensor):
    """Fail unless the design counts, computes and is written like the model."""
    torch.manual_seed(0)
    example = {**dict(enumerate(inputs)), **named}
    found = capture(model, example)
    own = sum(part.numel() for part in model.parameters())
    assert check(found.design).parameters == own
    built = build(found.design)
    text = to_python(found.design)
    space = {"__name__": "generated"}
    exec(compile(text, "generated.py", "exec"), space)
    model.eval()
    with torch.no_grad():
        expected = list(tensors(model(*inputs, **named)))
        for network in (built, space["Network"]()):
            missing = network.load_state_dict(found.weights, strict=False)
            assert not missing.unexpected_keys
            given = list(tensors(network.eval()(*example.values())))
            for ours, theirs in zip(given, expected, strict=True):
                assert torch.equal(ours, theirs)
    back = from_python(text)
    assert alike(back, found.design)
    assert to_python(back) == text
    return found


def kinds(found: Captured) -> list[str]:
    return [node.kind for node in found.design.nodes.values()]


class Basic(nn.Module):
    def __init__(self, width: int, out: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(width, out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(out)
        self.conv2 = nn.Conv2d(out, out, 3, 1, 1, bias=False)
        self.relu = nn.ReLU(inplace=True)
        self.down = nn.Conv2d(width, out, 1, stride) if width != out else None

    def forward(self, x):
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.conv2(y)
        if self.down is not None:
            x = self.down(x)
        y += x
        return self.relu(y)


class Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer1 = nn.Sequential(*(Basic(4, 4) for _ in range(3)))
        self.layer2 = nn.Sequential(Basic(4, 8, 2), Basic(8, 8))
        self.layer3 = nn.Sequential(Basic(8, 16, 2), Basic(16, 16))
        self.head = nn.Linear(16, 5)

    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(x)))
        x = F.adaptive_avg_pool2d(x, 1)
        return self.head(x.flatten(1))


def test_a_residual_network_becomes_blocks_with_repeats_and_parameters():
    found = comes_over(Residual(), torch.randn(1, 4, 8, 8))
    assert found.dynamic
    assert len(found.design.nodes) < 9
    layer1 = found.design.named("layer1")
    assert layer1.args["repeat"] == 3
    assert "layer1.2.conv1.weight" in found.weights  # as the model calls it
    basic = {block.name: block for block in found.design.blocks.values()}
    assert any(name.startswith("Basic") for name in basic)
    assert any(block.params for block in basic.values())
    second, third = found.design.named("layer2"), found.design.named("layer3")
    assert second.block is third.block  # one definition, other numbers


class Attention(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)
        self.scale = (width // heads) ** -0.5

    def forward(self, x):
        n, length, width = x.shape
        qkv = self.qkv(x).reshape(n, length, 3, self.heads, width // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        scores = (q * self.scale) @ k.transpose(-2, -1)
        mixed = scores.softmax(-1) @ v
        return self.proj(mixed.transpose(1, 2).reshape(n, length, width))


class Former(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.token = nn.Parameter(torch.randn(1, 1, 8))
        self.register_buffer("places", torch.randn(1, 6, 8))
        self.blocks = nn.ModuleList(Attention(8, 2) for _ in range(3))
        self.norm = nn.LayerNorm(8)

    def forward(self, x):
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], dim=1)
        x = x + self.places
        for block in self.blocks:
            x = x + block(x)
        return self.norm(x)[:, 0]


def test_parameters_and_buffers_used_directly_become_nodes():
    found = comes_over(Former(), torch.randn(1, 5, 8))
    assert kinds(found).count("parameter") == 1
    assert "fixed_value" in kinds(found)
    assert (
        len({node.block.id for node in found.design.nodes.values() if node.block}) == 1
    )


class Tied(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(20, 8)
        self.shared = Basic1d(8)
        self.out = nn.Linear(8, 20, bias=False)
        self.out.weight = self.embed.weight

    def forward(self, tokens, mask=None):
        x = self.embed(tokens)
        x = self.shared(self.shared(x))
        if mask is not None:
            x = x * mask[..., None].to(x.dtype)
        return {"scores": self.out(x), "hidden": x}


class Basic1d(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(width, 2 * width)
        self.fc2 = nn.Linear(2 * width, width)

    def forward(self, x):
        return x + self.fc2(F.gelu(self.fc1(x)))


def test_tied_weights_stay_tied_and_a_module_called_twice_is_shared():
    model, tokens = Tied(), torch.randint(0, 20, (2, 6))
    found = comes_over(model, tokens)
    assert found.design.named("out").ties
    shared = found.design.named("shared")
    assert (shared.args["repeat"], shared.args["shared"]) == (2, True)
    assert [n.name for n in found.design.nodes.values() if n.kind == "output"] == [
        "scores",
        "hidden",
    ]
    (tokens_in,) = (n for n in found.design.nodes.values() if n.kind == "input")
    assert tokens_in.args["high"] == 20  # as many as the embedding has rows


def test_named_arguments_and_several_inputs_come_over():
    mask = torch.ones(2, 6, dtype=torch.int64)
    found = comes_over(Tied(), torch.randint(0, 20, (2, 6)), mask=mask)
    assert kinds(found).count("input") == 2


class Odd(nn.Module):
    """Functions that have no row, and functional forms of layers."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(6, 4))
        self.bias = nn.Parameter(torch.randn(6))
        self.gain = nn.Parameter(torch.randn(6))

    def forward(self, x):
        x = F.linear(x, self.weight, self.bias)
        x = F.layer_norm(x, (6,), self.gain)
        x = torch.einsum("nc,nd->ncd", x, x).cumsum(1)
        places = torch.arange(6)
        x = torch.where(places > 2, x, -x)
        low, high = x.aminmax(dim=-1)
        return 2 ** F.normalize(low - high, dim=1)


def test_what_has_no_row_is_called_by_name_and_comes_back_from_code(tmp_path):
    found = comes_over(Odd(), torch.randn(3, 4))
    targets = {n.args["target"] for n in found.design.nodes.values()
               if n.kind == "torch_call"}  # fmt: skip
    assert {"torch.einsum", "torch.Tensor.cumsum", "torch.where"} <= targets
    (tmp_path / "odd.py").write_text(to_python(found.design), encoding="utf-8")
    tidy(tmp_path)


class Recurrent(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.LSTM(5, 7, 2, batch_first=True, bidirectional=True)
        self.attend = nn.MultiheadAttention(14, 2, batch_first=True)
        self.drop = nn.Dropout(0.3)

    def forward(self, x):
        x, (hidden, _) = self.rnn(x)
        y, _ = self.attend(x, x, x, need_weights=False)
        return self.drop(y)[:, -1], hidden


def test_layers_keep_their_arguments():
    found = comes_over(Recurrent(), torch.randn(2, 4, 5))
    rnn = found.design.named("rnn")
    assert (rnn.args["num_layers"], rnn.args["bidirectional"]) == (2, True)
    assert found.design.named("drop").args["p"] == pytest.approx(0.3)


class Decides(nn.Module):
    def forward(self, x):
        if x.sum() > 0:
            return x.exp()
        return x.relu()


class Warns(nn.Module):
    """Reads values, but goes the same way whatever they are."""

    def forward(self, x):
        if bool((x > 1e9).any()):
            raise ValueError
        return x.exp()


class Writes(nn.Module):
    def forward(self, x):
        x = x * 1
        x[:, 0] = 0
        return x


def test_what_depends_on_values_is_refused_with_its_line():
    with pytest.raises(CaptureError, match=r"test_capture\.py, line \d+, in forward"):
        capture(Decides(), {0: torch.randn(2, 3).abs()})
    with pytest.raises(CaptureError, match=r"test_capture\.py, line \d+, in forward"):
        capture(Writes(), {0: torch.randn(2, 3)})
    comes_over(Warns(), torch.randn(2, 3))


class Fixed(nn.Module):
    def forward(self, x):
        return x + torch.arange(x.shape[0], dtype=x.dtype)[:, None]


def test_a_model_for_one_batch_alone_keeps_it():
    found = comes_over(Fixed(), torch.randn(3, 4))
    assert not found.dynamic
    (entrance,) = (n for n in found.design.nodes.values() if n.kind == "input")
    assert entrance.args["shape"] == (3, 4)


class Noted(nn.Module):
    """Its first layer is never called."""

    def __init__(self) -> None:
        super().__init__()
        self.aside = nn.Linear(3, 3)
        self.fc = nn.Linear(3, 2)

    def forward(self, x):
        return self.fc(x.detach().contiguous())


def test_what_nothing_comes_to_is_named():
    found = capture(Noted(), {0: torch.randn(1, 3)})
    assert found.unused == ("aside.weight", "aside.bias")


def test_the_engine_offers_it():
    model = Noted().train()
    design = engine.from_module(model, torch.randn(2, 3))
    assert [node.name for node in design.nodes.values()] == ["x", "fc"]
    assert model.training  # the model is as it was
    assert model.fc.training

"""What ready designs compute, against the same networks written out by hand."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from engine.design.edits import set_params
from engine.model.build import build
from scripts.templates import TEMPLATES

torch.set_num_threads(1)

NEAR = {"rtol": 1e-6, "atol": 1e-6}


def stirred(network: nn.Module) -> dict[str, torch.Tensor]:
    """The tensors of a network, none of which is left at 0 or 1.

    Norms that scale by 1 and biases of 0 would hide where they are applied.
    """
    drawn = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for name, tensor in network.state_dict().items():
            if tensor.ndim == 1:
                tensor.copy_(torch.rand(tensor.shape, generator=drawn) / 2)
                tensor.add_(0.5 if name.endswith(("weight", "running_var")) else 0)
    return network.state_dict()


@pytest.fixture
def drawn():
    """Draws what a network is called with."""
    return torch.Generator().manual_seed(11)


class Residual:
    """ResNet-18 in functions, by the names of the design's tensors."""

    def __init__(self, tensors: dict[str, torch.Tensor]) -> None:
        self.tensors = tensors

    def convolved(self, x, name, norm, stride=1):
        kernel = self.tensors[f"{name}.weight"]
        x = functional.conv2d(x, kernel, stride=stride, padding=kernel.shape[-1] // 2)
        mean, variance, scale, shift = (
            self.tensors[f"{norm}.{part}"][:, None, None]
            for part in ("running_mean", "running_var", "weight", "bias")
        )
        return (x - mean) / torch.sqrt(variance + 1e-5) * scale + shift

    def block(self, x, name, stride=1):
        path = self.convolved(x, f"{name}.conv1", f"{name}.bn1", stride).clamp(min=0)
        path = self.convolved(path, f"{name}.conv2", f"{name}.bn2")
        if f"{name}.downsample.weight" in self.tensors:
            down = f"{name}.downsample"
            x = self.convolved(x, down, f"{down}_bn", stride)
        return (x + path).clamp(min=0)

    def __call__(self, x):
        x = self.convolved(x, "conv1", "bn1", stride=2).clamp(min=0)
        x = functional.max_pool2d(x, 3, 2, 1)
        x = self.block(self.block(x, "layer1.0"), "layer1.1")
        for stage in (2, 3, 4):
            x = self.block(x, f"layer{stage}.down", stride=2)
            x = self.block(x, f"layer{stage}.blocks.0")
        scores = x.mean((2, 3)) @ self.tensors["fc.weight"].T
        return scores + self.tensors["fc.bias"]


def test_resnet18_gives_what_resnet18_gives(drawn):
    # in doubles: eighteen layers of singles part by more than a millionth
    network = build(TEMPLATES["resnet18"].design, seed=1).eval().double()
    by_hand = Residual(stirred(network))
    images = torch.randn(2, 3, 64, 64, generator=drawn, dtype=torch.float64)
    with torch.no_grad():
        torch.testing.assert_close(network(images), by_hand(images), **NEAR)


def read(tensors, words):
    """An LSTM over vectors, one step after the other; its last state."""
    state = cell = torch.zeros(len(words), 128)
    for word in words.unbind(1):
        gates = word @ tensors["lstm.weight_ih_l0"].T + tensors["lstm.bias_ih_l0"]
        gates = gates + state @ tensors["lstm.weight_hh_l0"].T
        gates = gates + tensors["lstm.bias_hh_l0"]
        take, forget, new, show = gates.chunk(4, 1)
        cell = torch.sigmoid(forget) * cell + torch.sigmoid(take) * torch.tanh(new)
        state = torch.sigmoid(show) * torch.tanh(cell)
    return state


def test_the_lstm_classifier_gives_what_its_steps_give(drawn):
    network = build(TEMPLATES["lstm_classifier"].design, seed=1).eval()
    tensors = stirred(network)
    tokens = torch.randint(20_000, (4, 100), generator=drawn)
    with torch.no_grad():
        state = read(tensors, tensors["words.weight"][tokens])
        scores = state @ tensors["score.weight"].T + tensors["score.bias"]
        torch.testing.assert_close(network(tokens), scores, **NEAR)


def test_an_encoder_layer_from_its_parts_gives_what_torchs_own_gives(drawn):
    network = build(TEMPLATES["transformer_encoder_parts"].design, seed=1).eval()
    stirred(network)
    torchs = nn.TransformerEncoderLayer(512, 8, batch_first=True).eval()
    sequence = torch.randn(2, 9, 512, generator=drawn)
    made = sequence
    with torch.no_grad():
        for layer in network.layers:
            torchs.load_state_dict(layer.state_dict())
            made = torchs(made)
        torch.testing.assert_close(network(sequence), made, **NEAR)


def small_gpt2():
    """GPT-2 with two blocks of 48 features and 4 heads, over 100 words."""
    design = TEMPLATES["gpt2"].design
    sizes = {
        "tokens": {"high": 100},
        "wte": {"num_embeddings": 100, "embedding_dim": 48},
        "wpe": {"embedding_dim": 48},
        "h": {"width": 48, "heads": 4, "repeat": 2},
        "lm_head": {"out_features": 100},
    }
    for name, values in sizes.items():
        design = set_params(design, [design.named(name).id], values)
    return design


def attended(tensors, x, heads):
    """Causal attention, head by head and place by place."""
    weight, bias = tensors["attn.c_attn.weight"], tensors["attn.c_attn.bias"]
    made = torch.empty_like(x)
    for part in torch.arange(x.shape[-1]).chunk(heads):
        query, key, value = (
            x @ weight[part + place * 48].T + bias[part + place * 48]
            for place in range(3)
        )
        for here in range(x.shape[1]):
            seen = key[:, : here + 1] @ query[:, here, :, None] / len(part) ** 0.5
            shares = torch.exp(seen) / torch.exp(seen).sum(1, keepdim=True)
            made[:, here, part] = (shares * value[:, : here + 1]).sum(1)
    return made @ tensors["attn.c_proj.weight"].T + tensors["attn.c_proj.bias"]


def normed(tensors, name, x):
    spread = x.var(-1, correction=0, keepdim=True)
    x = (x - x.mean(-1, keepdim=True)) / torch.sqrt(spread + 1e-5)
    return x * tensors[f"{name}.weight"] + tensors[f"{name}.bias"]


def gpt2_block(tensors, x, heads=4):
    """A norm before attention, a norm before the two Linear layers, two sums."""
    x = x + attended(tensors, normed(tensors, "ln_1", x), heads)
    wide = normed(tensors, "ln_2", x) @ tensors["c_fc.weight"].T + tensors["c_fc.bias"]
    bent = torch.tanh((2 / torch.pi) ** 0.5 * (wide + 0.044715 * wide**3))
    found = (wide * (1 + bent) / 2) @ tensors["c_proj.weight"].T
    return x + found + tensors["c_proj.bias"]


def test_gpt2s_blocks_and_its_tied_scores_give_what_they_give_by_hand(drawn):
    network = build(small_gpt2(), seed=1).eval()
    tensors = stirred(network)
    tokens = torch.randint(100, (2, 9), generator=drawn)
    with torch.no_grad():
        x = tensors["wte.weight"][tokens] + tensors["wpe.weight"][:9]
        for place in range(2):
            lead = f"h.{place}."
            own = {k.removeprefix(lead): v for k, v in tensors.items() if lead in k}
            by_hand = gpt2_block(own, x)
            torch.testing.assert_close(network.h[place](x), by_hand, **NEAR)
            x = by_hand
        scores = normed(tensors, "ln_f", x) @ tensors["wte.weight"].T
        torch.testing.assert_close(network(tokens), scores, **NEAR)


def cut(x, side=7):
    """Windows of an image, each a sequence of its pixels."""
    rows = [row for band in x.split(side, 1) for row in band.split(side, 2)]
    return torch.stack([window.flatten(1, 2) for window in rows], 1)


def joined(windows, height, side=7):
    across = height // side
    squares = windows.unflatten(2, (side, side)).unbind(1)
    bands = [
        torch.cat(squares[start : start + across], 2)
        for start in range(0, len(squares), across)
    ]
    return torch.cat(bands, 1)


def ways():
    """The row of the table for each pair of pixels of a window."""
    places = [(row, column) for row in range(7) for column in range(7)]
    return torch.tensor(
        [[(a - c + 6) * 13 + b - d + 6 for c, d in places] for a, b in places]
    )


def kept_apart(height):
    """-100 for pixels of a window that come from different regions of the image."""
    region = torch.zeros(1, height, height, 1)
    bands = (slice(0, -7), slice(-7, -3), slice(-3, None))
    for place, (rows, columns) in enumerate((r, c) for r in bands for c in bands):
        region[:, rows, columns] = place
    seen = cut(region)[0, :, :, 0]
    return torch.where(seen[:, :, None] == seen[:, None, :], 0.0, -100.0)


def windowed(tensors, x, height, *, moved):
    """Attention of 3 heads of 32 features within windows."""
    x = cut(x.roll((-3, -3), (1, 2)) if moved else x)
    drawn = x @ tensors["attn.qkv.weight"].T + tensors["attn.qkv.bias"]
    table = tensors["bias.table.weight"][ways()]
    heads = []
    for head in range(3):
        query, key, value = (
            drawn[..., 96 * part + 32 * head :][..., :32] for part in range(3)
        )
        scores = query @ key.mT / 32**0.5 + table[..., head]
        scores = scores + kept_apart(height)[None] if moved else scores
        heads.append(torch.softmax(scores, -1) @ value)
    x = torch.cat(heads, -1) @ tensors["attn.proj.weight"].T + tensors["attn.proj.bias"]
    x = joined(x, height)
    return x.roll((3, 3), (1, 2)) if moved else x


def swin_block(tensors, x, height, *, moved):
    x = x + windowed(tensors, normed(tensors, "norm1", x), height, moved=moved)
    wide = normed(tensors, "norm2", x) @ tensors["fc1.weight"].T + tensors["fc1.bias"]
    bent = wide * (1 + torch.erf(wide / 2**0.5)) / 2
    return x + bent @ tensors["fc2.weight"].T + tensors["fc2.bias"]


def test_swins_windows_at_rest_and_moved_give_what_they_give_by_hand(drawn):
    network = build(TEMPLATES["swin_t"].design, seed=1).eval()
    stirred(network.stage1)
    x = torch.randn(1, 56, 56, 96, generator=drawn)
    with torch.no_grad():
        made = network.stage1(x)
        for name in ("rest", "moved"):
            tensors = getattr(network.stage1, name).state_dict()
            x = swin_block(tensors, x, 56, moved=name == "moved")
    torch.testing.assert_close(made, x, **NEAR)

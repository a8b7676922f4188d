"""Networks that read a sequence step by step."""

from __future__ import annotations

from engine.design.model import Design
from scripts.templates.drawing import Sheet
from scripts.templates.parts import ZEROS, init, linear, part
from scripts.templates.template import Template


def lstm_classifier() -> Design:
    """A vector for each word, an LSTM over them, a score from its last state."""
    sheet = Sheet()
    words = sheet.put(
        part("embedding", "words", num_embeddings=20_000, embedding_dim=128),
        sheet.input("tokens", ("N", 100), dtype="int64", high=20_000),
    )
    lstm = part("lstm", "lstm", hidden_size=128, batch_first=True).drawn(
        weight=init("xavier_uniform"), recurrent=init("orthogonal"), bias=ZEROS
    )
    sheet.chain(
        (sheet.put(lstm, words), "h_n"),
        part("reshape", "last", shape=("N", -1)),
        part("dropout", "dropout", p=0.2),
        linear(1, "score").drawn(weight=init("xavier_uniform"), bias=ZEROS),
    )
    return sheet.design


def bilstm() -> Design:
    """Two layers of LSTM cells, each reading from both ends."""
    sheet = Sheet()
    lstm = sheet.put(
        part(
            "lstm",
            "lstm",
            hidden_size=256,
            num_layers=2,
            batch_first=True,
            bidirectional=True,
        ),
        sheet.input("x", ("N", 100, 128)),
    )
    for port in ("output", "h_n", "c_n"):
        name = "every_step" if port == "output" else port
        sheet.output((lstm, port), name)
    return sheet.design


_LSTM = "Hochreiter and Schmidhuber 1997, Long short-term memory"

TEMPLATES = {
    "lstm_classifier": Template(
        "LSTM text classifier",
        "Is this review kind or not? Each of 100 words becomes a vector, an LSTM reads "
        "them in order, and its last state h_n is scored by one Linear: the logarithm "
        "of the odds, for BCEWithLogitsLoss. The recurrent weights begin orthogonal, "
        "so that what the state holds neither grows nor fades at first. The sizes are "
        "those of Keras's IMDB example; torch's LSTM learns a second, idle bias of 512 "
        "numbers. The axis of layers that leads h_n is dropped by the Reshape.",
        2_692_225,
        (("N", 1),),
        _LSTM + "; sizes of Keras's example imdb_lstm",
        lstm_classifier,
    ),
    "bilstm": Template(
        "BiLSTM",
        "Two layers of LSTM cells; in each, one reads from the first step to the last "
        "and another from the last to the first. So every step of the output knows "
        "what came before and what follows: 256 numbers from either side. h_n and c_n "
        "are the last states of the four cells.",
        2_367_488,
        (("N", 100, 512), (4, "N", 256), (4, "N", 256)),
        "Graves and Schmidhuber 2005, Framewise phoneme classification with "
        "bidirectional LSTM; torch.nn.LSTM(128, 256, 2, bidirectional=True)",
        bilstm,
    ),
}

"""What of torch.nn the catalogue leaves out, and why: the only such list.

A test compares torch.nn with the catalogue and this list, so that a new torch release
shows what is new, and nothing stands here that the catalogue has.
"""

from collections.abc import Mapping

_FACTORY = "said by Fanin itself: the design's dtype, and wherever the network is moved"
_OLD = "deprecated by torch in favour of reduction"
_PRIVATE = "private to torch"
_BASE = "a base class: its subclasses have rows"
_HOLDS = "holds other modules: a design does that with nodes and blocks"
_LAZY = "its sizes are known here before anything runs, so the plain class serves"
_CODE = "a Python function, which no file of Fanin's may hold"
_TENSOR = "a tensor of fixed numbers, one for each class, which belongs to the data"

# Class, or class.argument; * is any class.
EXCEPTIONS: Mapping[str, str] = {
    "Module": _BASE,
    "RNNBase": _BASE,
    "RNNCellBase": _BASE,
    "Container": _HOLDS,
    "Sequential": _HOLDS,
    "ModuleList": _HOLDS,
    "ModuleDict": _HOLDS,
    "ParameterList": "a Parameter is a node of its own",
    "ParameterDict": "a Parameter is a node of its own",
    "DataParallel": "says where a network runs, not what it computes",
    "SyncBatchNorm": "needs several processes that train together; BatchNorm is what "
    "torch.nn.SyncBatchNorm.convert_sync_batchnorm starts from",
    "NLLLoss2d": "the old name of NLLLoss",
    "AdaptiveLogSoftmaxWithLoss": "a network of its own, with a loss inside; its parts "
    "(Linear, LogSoftmax, NLLLoss) have rows",
    "LinearCrossEntropyLoss": "a Linear and a CrossEntropyLoss computed together to "
    "save memory; both have rows",
    "TripletMarginWithDistanceLoss": "its distance is " + _CODE,
    **{
        f"Lazy{name}": _LAZY
        for name in (
            "Linear",
            *(
                f"{stem}{axes}d"
                for stem in ("Conv", "ConvTranspose", "BatchNorm", "InstanceNorm")
                for axes in (1, 2, 3)
            ),
        )
    },
    "*.device": _FACTORY,
    "*.dtype": _FACTORY,
    "Embedding._weight": _PRIVATE,
    "Embedding._freeze": _PRIVATE,
    "EmbeddingBag._weight": _PRIVATE,
    "FractionalMaxPool2d._random_samples": _PRIVATE,
    "FractionalMaxPool3d._random_samples": _PRIVATE,
    "Hardtanh.min_value": "deprecated by torch in favour of min_val",
    "Hardtanh.max_value": "deprecated by torch in favour of max_val",
    **{
        f"ConvTranspose{axes}d.output_size": "of the call; output_padding says it once"
        for axes in (1, 2, 3)
    },
    "Transformer.custom_encoder": _HOLDS,
    "Transformer.custom_decoder": _HOLDS,
    "*.size_average": _OLD,
    "*.reduce": _OLD,
    "BCELoss.weight": _TENSOR,
    "BCEWithLogitsLoss.weight": _TENSOR,
    "BCEWithLogitsLoss.pos_weight": _TENSOR,
    "CrossEntropyLoss.weight": _TENSOR,
    "MultiLabelSoftMarginLoss.weight": _TENSOR,
    "MultiMarginLoss.weight": _TENSOR,
    "NLLLoss.weight": _TENSOR,
}


def excepted(target: str, argument: str) -> bool:
    """Whether an argument of a class is left out."""
    name = target.rpartition(".")[2]
    return f"{name}.{argument}" in EXCEPTIONS or f"*.{argument}" in EXCEPTIONS

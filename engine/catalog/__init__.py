"""What exists: one row per operator and per initializer.

Add a row to the module of its family and it is in the palette, the inspector, the
search, the check, the builder, the generated code and the tests.
"""

from engine.catalog import (
    activations,
    attention,
    convolution,
    distance,
    dropout,
    embedding,
    embedding_bag,
    initializers,
    linear,
    losses_classes,
    losses_numbers,
    normalization,
    normalization_local,
    operations,
    operations_axes,
    operations_cutting,
    operations_numbers,
    operations_shape,
    padding,
    pooling,
    pooling_rare,
    ports,
    recurrent,
    recurrent_cells,
    shaping,
    shuffling,
    torch_call,
    transformer,
    unpooling,
    upsampling,
    values,
)
from engine.catalog.spec import Initializer, Operator

OPERATORS: dict[str, Operator] = {
    row.kind: row
    for rows in (
        ports.ROWS,
        linear.ROWS,
        convolution.ROWS,
        padding.ROWS,
        pooling.ROWS,
        pooling_rare.ROWS,
        unpooling.ROWS,
        normalization.ROWS,
        normalization_local.ROWS,
        dropout.ROWS,
        embedding.ROWS,
        embedding_bag.ROWS,
        recurrent.ROWS,
        recurrent_cells.ROWS,
        attention.ROWS,
        transformer.ROWS,
        distance.ROWS,
        activations.ROWS,
        shaping.ROWS,
        upsampling.ROWS,
        shuffling.ROWS,
        operations.ROWS,
        operations_shape.ROWS,
        operations_axes.ROWS,
        operations_cutting.ROWS,
        operations_numbers.ROWS,
        values.ROWS,
        torch_call.ROWS,
        losses_classes.ROWS,
        losses_numbers.ROWS,
    )
    for row in rows
}

INITIALIZERS: dict[str, Initializer] = {row.kind: row for row in initializers.ROWS}

__all__ = ["INITIALIZERS", "OPERATORS"]

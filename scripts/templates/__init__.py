"""The ready designs, as code: public edits that draw every one of them.

`python -m scripts.templates` writes resources/examples/NAME.fanin.
"""

from scripts.templates import (
    convolutional,
    first,
    generative,
    gpt,
    inception,
    mobile,
    modern,
    residual,
    sequences,
    squeeze,
    swin,
    transformers,
    unet,
    vision,
)
from scripts.templates.template import Template

# A family is a module with TEMPLATES: name of the file -> Template.
FAMILIES = (
    first,
    convolutional,
    inception,
    residual,
    squeeze,
    mobile,
    modern,
    unet,
    generative,
    sequences,
    transformers,
    gpt,
    vision,
    swin,
)

TEMPLATES: dict[str, Template] = {
    name: template for family in FAMILIES for name, template in family.TEMPLATES.items()
}

__all__ = ["TEMPLATES", "Template"]

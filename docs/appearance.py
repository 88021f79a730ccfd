"""What pages look like, once they are read: their links, their side, their long names."""

from __future__ import annotations

import builtins
import re

from docutils import nodes
from sphinx.addnodes import desc, desc_signature, literal_strong, pending_xref
from sphinx.application import Sphinx


def plain_builtins(_: Sphinx, doctree: nodes.document) -> None:
    """Leave `type` and `str` alone, before they are taken for attributes of these names."""
    for node in list(doctree.findall(pending_xref)):
        if node["refdomain"] == "py" and hasattr(builtins, node["reftarget"]):
            node.replace_self(nodes.Text(node["reftarget"]))


def leave_attributes_out(
    _: Sphinx, _domain: str, kind: str, content: nodes.Element
) -> None:
    """List classes and methods at the side of a page; attributes would bury them."""
    if kind in {"attribute", "property"} and isinstance(content.parent, desc):
        for signature in content.parent.findall(desc_signature):
            signature["_toc_name"] = ""


_JOINTS = re.compile(
    r"""(?<=\()(?=[^)])|(?<=_)(?=\w*(?:["(]|$))|(?<=[\w\])])(?=\[)|(?<=.)(?=\.[a-z])"""
)
_LAST_WORD = re.compile(r"(?<=[a-z])(?=[A-Z][a-z]+$)")


def break_code(_: Sphinx, doctree: nodes.document, _page: str) -> None:
    """Let long names in tables and lists break, but at their joints only."""
    for parent in doctree.findall(
        lambda n: isinstance(n, nodes.entry | nodes.field)
    ):
        for code in list(parent.findall(_is_code)):
            text = code.astext()
            joints = _LAST_WORD if re.fullmatch("[A-Z][A-Za-z]+", text) else _JOINTS
            first, *others = joints.split(text)
            code.clear()
            code.append(nodes.Text(first))
            for part in others:
                code.extend(
                    [nodes.raw("", "<wbr>", format="html"), nodes.Text(part)]
                )


def _is_code(node: nodes.Node) -> bool:
    return isinstance(node, nodes.literal | literal_strong)


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx of all this."""
    app.connect("object-description-transform", leave_attributes_out)
    app.connect("doctree-read", plain_builtins)
    app.connect("doctree-resolved", break_code)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

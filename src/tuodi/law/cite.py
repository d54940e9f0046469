"""Citations in words: document number and article.

Enters: a pack and the citations of a value. Leaves: text in Chinese or English. Imports ``tuodi.i18n``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from tuodi.i18n import translator
from tuodi.law.model import Cite, Document

__all__ = ["HasDocuments", "cite_text", "document_text", "is_recalled", "is_verified"]


class HasDocuments(Protocol):
    """A pack, or a national frame."""

    @property
    def documents(self) -> Mapping[str, Document]:
        """The sources by their keys."""
        ...


def cite_text(pack: HasDocuments, cites: Iterable[Cite], lang: str = "zh") -> str:
    """``京医保发〔2022〕37号 §六(一)3``; several are separated by a semicolon, none is an empty text."""
    _ = translator("law", lang)
    made = []
    for cite in dict.fromkeys(cites):
        document = pack.documents.get(cite.document)
        name = document_text(document, lang) if document else cite.document
        made.append(f"{name} {cite.article}".rstrip())
    return _("；").join(made)


def document_text(document: Document, lang: str = "zh") -> str:
    """What stands for a document in a citation: its number, a page's title and date, an example's name."""
    _ = translator("law", lang)
    if document.kind == "example":
        return _("公开案例 {name}").format(name=document.name)
    if document.kind == "calc":
        return _("推算：{name}").format(name=document.name)
    if document.kind == "recall":
        sure = {"high": _("高"), "medium": _("中"), "low": _("低")}.get(document.name, document.name)
        return _("一般了解，未核对文本（把握：{sure}）").format(sure=sure)
    return f"{document.name} {document.date}" if document.date else document.name


def is_verified(pack: HasDocuments, cites: Iterable[Cite]) -> bool:
    """Whether every citation is to a law whose text a second reader compared."""
    documents = [pack.documents.get(cite.document) for cite in cites]
    return bool(documents) and all(document is not None and document.verified for document in documents)


def is_recalled(pack: HasDocuments, cites: Iterable[Cite]) -> bool:
    """Whether a citation is to what somebody knows, without a text."""
    return any((found := pack.documents.get(cite.document)) and found.kind == "recall" for cite in cites)

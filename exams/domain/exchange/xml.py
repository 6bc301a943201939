"""XML from strangers: no entities, no network, no document type. No Django here."""

from lxml import etree

from exams.domain.exchange.drafts import Unreadable


def parse_xml(data: bytes) -> etree._Element:
    """Return the root element.

    Raises:
        Unreadable: it is no XML, or it brings a document type (entities, XXE).
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        strip_cdata=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise Unreadable("xml_damaged", line=error.lineno or 0) from error
    if root.getroottree().docinfo.doctype:
        raise Unreadable("xml_doctype")
    return root

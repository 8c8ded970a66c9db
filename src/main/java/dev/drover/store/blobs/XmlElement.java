package dev.drover.store.blobs;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/// An element of an XML document, without attributes and namespaces.
///
/// @param content the text that is directly in it
record XmlElement(String name, String content, List<XmlElement> children) {
  private static final int DEEPEST = 16;

  /// The root element of a document. Document types are refused.
  ///
  /// @throws IOException if it is not XML
  static XmlElement read(String document) throws IOException {
    var factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    try {
      var reader = factory.createXMLStreamReader(new StringReader(document));
      while (reader.next() != XMLStreamConstants.START_ELEMENT) {
        if (reader.getEventType() == XMLStreamConstants.DTD) {
          throw new IOException("XML with a document type");
        }
      }
      return element(reader, DEEPEST);
    } catch (XMLStreamException e) {
      throw new IOException("malformed XML", e);
    }
  }

  private static XmlElement element(XMLStreamReader reader, int left)
      throws XMLStreamException, IOException {
    if (left == 0) {
      throw new IOException("XML that is too deep");
    }
    var name = reader.getLocalName();
    var text = new StringBuilder();
    var children = new ArrayList<XmlElement>();
    while (true) {
      switch (reader.next()) {
        case XMLStreamConstants.START_ELEMENT -> children.add(element(reader, left - 1));
        case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA ->
            text.append(reader.getText());
        case XMLStreamConstants.ENTITY_REFERENCE -> throw new IOException("XML with entities");
        case XMLStreamConstants.END_ELEMENT -> {
          return new XmlElement(name, text.toString(), children);
        }
        default -> {
          // a comment or the like
        }
      }
    }
  }

  /// The children with a name.
  Stream<XmlElement> all(String child) {
    return children.stream().filter(element -> element.name.equals(child));
  }

  /// The text of the first child with a name; empty if there is none, or if it has no text.
  Optional<String> text(String child) {
    return all(child)
        .findFirst()
        .map(element -> element.content.strip())
        .filter(it -> !it.isEmpty());
  }

  /// As [#text], for a child that must be there.
  String required(String child) throws IOException {
    return text(child).orElseThrow(() -> new IOException("XML without <" + child + ">"));
  }
}

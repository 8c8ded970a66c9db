package dev.drover.store.blobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What servers may send as XML.
final class XmlElementTest {
  @Test
  void elementsAreReadWithoutNamespacesAndComments() throws Exception {
    var xml =
        XmlElement.read(
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <!-- a list -->
            <s:List xmlns:s="http://s3.amazonaws.com/doc/2006-03-01/" other="x">
              <s:Key>a &amp; <![CDATA[<b>]]></s:Key><Key/><Size> 5 </Size>
            </s:List>
            """);
    assertThat(xml.name()).isEqualTo("List");
    assertThat(xml.all("Key").map(XmlElement::content)).containsExactly("a & <b>", "");
    assertThat(xml.required("Size")).isEqualTo("5");
    assertThat(xml.text("Other")).isEmpty();
    assertThatThrownBy(() -> xml.required("Other")).isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @Timeout(10)
  @ValueSource(
      strings = {
        "",
        "text",
        "<a>",
        "<a></b>",
        "<a>&unknown;</a>",
        "<!DOCTYPE a><a/>",
        "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>",
        "<!DOCTYPE a [<!ENTITY x \"xx\"><!ENTITY y \"&x;&x;\">]><a>&y;</a>",
        "<!DOCTYPE a SYSTEM \"http://127.0.0.1:1/\"><a/>",
        "{\"json\": true}"
      })
  void whatIsNotPlainXmlIsRefused(String text) {
    assertThatThrownBy(() -> XmlElement.read(text)).isInstanceOf(IOException.class);
  }

  @Test
  void elementsInElementsAreLimited() {
    assertThatThrownBy(() -> XmlElement.read("<a>".repeat(100_000)))
        .isInstanceOf(IOException.class)
        .hasMessage("XML that is too deep");
  }
}

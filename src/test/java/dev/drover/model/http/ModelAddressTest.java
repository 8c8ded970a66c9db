package dev.drover.model.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Problem;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ModelAddressTest {
  @ParameterizedTest
  @CsvSource({
    "http://h, http://h/v1/chat/completions",
    "http://h/, http://h/v1/chat/completions",
    "http://h:8000///, http://h:8000/v1/chat/completions",
    "http://h/v1, http://h/v1/chat/completions",
    "http://h/v1/, http://h/v1/chat/completions",
    "http://h/v1//, http://h/v1/chat/completions",
    "http://h/V1, http://h/V1/chat/completions",
    "http://h/v1/chat/completions, http://h/v1/chat/completions",
    "http://h/v1/chat/completions/, http://h/v1/chat/completions",
    "http://h/chat/completions, http://h/chat/completions",
    "https://h/v1beta/openai, https://h/v1beta/openai/chat/completions",
    "https://h/v1beta/openai/, https://h/v1beta/openai/chat/completions",
    "https://h/v1/openai, https://h/v1/openai/chat/completions",
    "https://h/openai/v1, https://h/openai/v1/chat/completions",
    "https://h/api/v1, https://h/api/v1/chat/completions",
    "https://h/api/v3, https://h/api/v3/chat/completions",
    "https://h/api/paas/v4, https://h/api/paas/v4/chat/completions",
    "https://h/inference/v1, https://h/inference/v1/chat/completions",
    "https://h/compatible-mode/v1, https://h/compatible-mode/v1/chat/completions",
    "https://h/v1/ACCOUNT/GATEWAY/openai, https://h/v1/ACCOUNT/GATEWAY/openai/chat/completions",
    "https://h/v1/projects/p/endpoints/openapi,"
        + " https://h/v1/projects/p/endpoints/openapi/chat/completions",
    "https://h/proxy/openai, https://h/proxy/openai/v1/chat/completions",
    "https://h/serving-endpoints/chat/completions, https://h/serving-endpoints/chat/completions",
    "https://r.openai.azure.com/openai/v1, https://r.openai.azure.com/openai/v1/chat/completions",
    "https://r.openai.azure.com/openai/deployments/d/chat/completions?api-version=2024-10-21,"
        + " https://r.openai.azure.com/openai/deployments/d/chat/completions?api-version=2024-10-21",
    "https://h/v1?api-version=preview, https://h/v1/chat/completions?api-version=preview",
    "https://h/v1/?a=b&c=%20d, https://h/v1/chat/completions?a=b&c=%20d",
    "http://[::1]:8000/v1, http://[::1]:8000/v1/chat/completions",
    "HTTP://Host/vendor, http://Host/vendor/v1/chat/completions",
    "https://h/a%2Fb/v1, https://h/a%2Fb/v1/chat/completions",
  })
  void whereChatCompletionsAre(URI base, URI endpoint) {
    assertThat(ModelAddress.chat(base).endpoint()).isEqualTo(endpoint);
  }

  @ParameterizedTest
  @CsvSource({
    "http://h, http://h/v1/messages",
    "http://h/, http://h/v1/messages",
    "http://h:8000//, http://h:8000/v1/messages",
    "http://h/v1, http://h/v1/messages",
    "http://h/v1/, http://h/v1/messages",
    "http://h/v1/messages, http://h/v1/messages",
    "http://h/v1/messages/, http://h/v1/messages",
    "http://h/messages, http://h/messages",
    "https://h/anthropic, https://h/anthropic/v1/messages",
    "https://h/api/anthropic/, https://h/api/anthropic/v1/messages",
    "https://h/anthropic/v1, https://h/anthropic/v1/messages",
    "https://h/api/v1, https://h/api/v1/messages",
    "https://h/v1/ACCOUNT/GATEWAY/anthropic, https://h/v1/ACCOUNT/GATEWAY/anthropic/v1/messages",
    "https://h/v1beta, https://h/v1beta/messages",
    "https://r.services.ai.azure.com/anthropic,"
        + " https://r.services.ai.azure.com/anthropic/v1/messages",
    "https://h/v1/messages?beta=true, https://h/v1/messages?beta=true",
    "https://h?beta=true, https://h/v1/messages?beta=true",
  })
  void whereTheMessagesApiIs(URI base, URI endpoint) {
    assertThat(ModelAddress.messages(base).endpoint()).isEqualTo(endpoint);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ftp://h",
        "h:80",
        "/v1",
        "http:///v1",
        "http://u:p@h",
        "http://u@h/v1",
        "http://h/v1#x",
        "http://h/v1/responses",
        "http://h/v1/embeddings/",
        "http://h/v1/completions",
      })
  void whatIsNoAddressOfAModelServerIsRefusedWithoutItsPassword(String base) {
    assertThatThrownBy(() -> ModelAddress.chat(URI.create(base)))
        .isInstanceOf(Problem.class)
        .hasMessageStartingWith("The model server's base URL")
        .hasMessageNotContaining("u:p");
  }

  @Test
  void theEndpointOfTheOtherWireIsRefusedByName() {
    assertThatThrownBy(() -> ModelAddress.chat(URI.create("http://h/v1/messages")))
        .hasMessageContaining("/messages")
        .hasMessageContaining("/chat/completions");
    assertThatThrownBy(() -> ModelAddress.messages(URI.create("http://h/v1/chat/completions")))
        .hasMessageContaining("/chat/completions");
  }

  @Test
  void anAddressIsShownWithoutWhatItsQueryHolds() {
    assertThat(ModelAddress.chat(URI.create("http://h:1/v1?key=hidden&api-version=7&x=hidden")))
        .hasToString("http://h:1/v1/chat/completions?key=…&api-version=7&x=…");
    assertThat(ModelAddress.shown(URI.create("https://me:hidden@h/a?api-version=7")))
        .isEqualTo("https://h/a?api-version=7");
    assertThat(ModelAddress.shown(URI.create("https://h"))).isEqualTo("https://h");
  }

  @ParameterizedTest
  @CsvSource({
    "https://api.openai.com/v1, true, false",
    "https://API.OpenAI.com, true, false",
    "https://api.openai.com.example.net, false, false",
    "https://evilapi.openai.com.azure.com.example.net, false, false",
    "https://r.openai.azure.com/openai/v1, false, true",
    "https://r.openai.azure.us/openai/v1, false, true",
    "https://notazure.com/v1, false, false",
  })
  void aVendorIsKnownByItsWholeName(URI base, boolean openai, boolean azure) {
    assertThat(ModelAddress.chat(base).isAt("api.openai.com")).isEqualTo(openai);
    assertThat(ModelAddress.chat(base).isAzure()).isEqualTo(azure);
  }
}

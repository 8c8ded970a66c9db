package dev.drover.model.http;

import dev.drover.base.Secret;
import dev.drover.settings.Section;
import java.net.URI;
import java.util.Optional;

/// A model server in the settings.
///
/// @param key the key; empty if the server needs none
/// @param reasoningField the field in which the server expects thinking to be sent back; empty for
///   the field in which it came; `none` for no field
public record ModelHost(URI base, Optional<Secret> key, Timeouts timeouts, String reasoningField) {
  private static final URI ANTHROPIC = URI.create("https://api.anthropic.com");
  private static final URI OPENAI = URI.create("https://api.openai.com/v1");

  /// The Messages server; empty if there is none.
  public static Optional<ModelHost> messages(Section section) {
    return read(section, ANTHROPIC, "");
  }

  /// The Chat Completions server; empty if there is none.
  public static Optional<ModelHost> chat(Section section) {
    return read(section, OPENAI, section.text("reasoning_field").orElse(""));
  }

  /// @param vendor the server that is used if only a key is set
  private static Optional<ModelHost> read(Section section, URI vendor, String reasoningField) {
    var base = section.url("base_url");
    var key = section.secret("api_key");
    var server = base.orElse(vendor);
    boolean isVendor = vendor.getHost().equalsIgnoreCase(server.getHost());
    var timeouts = Timeouts.read(section, isVendor ? Timeouts.VENDOR : Timeouts.DEFAULT);
    return base.isEmpty() && key.isEmpty()
        ? Optional.empty()
        : Optional.of(new ModelHost(server, key, timeouts, reasoningField));
  }

  /// The address of its Chat Completions.
  public ModelAddress chat() {
    return ModelAddress.chat(base);
  }

  /// The address of its Messages API.
  public ModelAddress messages() {
    return ModelAddress.messages(base);
  }

  /// The address without the values of its query.
  @Override
  public String toString() {
    return ModelAddress.shown(base);
  }
}

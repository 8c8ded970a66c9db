package dev.drover.wire;

import dev.drover.base.Json;
import dev.drover.session.ModelUsage;
import dev.drover.session.Money;
import dev.drover.session.Usage;
import dev.drover.session.WebRequests;
import java.util.Optional;

/// The JSON form of usage. Reading is tolerant, because it reads stored values only.
final class UsageCodec {
  private UsageCodec() {}

  /// The form of sessions, threads and usage events.
  static Json.Obj write(Usage usage, Optional<Money> listCost) {
    return Json.obj(
        "input_tokens",
        usage.inputTokens(),
        "output_tokens",
        usage.outputTokens(),
        "cache_read_input_tokens",
        usage.cacheReadTokens(),
        "cache_creation",
        Json.obj(
            "ephemeral_5m_input_tokens",
            usage.cacheCreationTokens(),
            "ephemeral_1h_input_tokens",
            0),
        "active_seconds",
        usage.activeMicros() / 1e6,
        "server_tool_use",
        Json.obj(
            "web_search_requests",
            usage.web().searches(),
            "web_fetch_requests",
            usage.web().fetches()),
        "list_cost",
        BudgetCodec.money(listCost));
  }

  static Usage read(Json.Obj usage) {
    return new Usage(
        usage.number("input_tokens", 0),
        usage.number("output_tokens", 0),
        usage.number("cache_read_input_tokens", 0),
        usage.object("cache_creation").number("ephemeral_5m_input_tokens", 0),
        usage.get("active_seconds").orElse(Json.NULL) instanceof Json.Num seconds
            ? Math.round(seconds.asDouble() * 1e6)
            : 0,
        new WebRequests(
            usage.object("server_tool_use").number("web_search_requests", 0),
            usage.object("server_tool_use").number("web_fetch_requests", 0)));
  }

  /// The form of a single model request.
  static Json.Obj write(ModelUsage usage) {
    return Json.obj(
        "input_tokens", usage.inputTokens(),
        "output_tokens", usage.outputTokens(),
        "cache_read_input_tokens", usage.cacheReadTokens(),
        "cache_creation_input_tokens", usage.cacheCreationTokens());
  }

  static ModelUsage readModel(Json.Obj usage) {
    return new ModelUsage(
        usage.number("input_tokens", 0),
        usage.number("output_tokens", 0),
        usage.number("cache_read_input_tokens", 0),
        usage.number("cache_creation_input_tokens", 0));
  }
}

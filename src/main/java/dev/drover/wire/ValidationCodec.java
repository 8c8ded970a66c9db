package dev.drover.wire;

import dev.drover.base.Json;
import dev.drover.vault.CapturedResponse;
import dev.drover.vault.CredentialValidation;
import java.util.Locale;
import java.util.Optional;

/// The JSON form of the results of tests of credentials.
public final class ValidationCodec {
  private static final String RESPONSE = "http_response";

  private ValidationCodec() {}

  public static Json.Obj write(CredentialValidation validation) {
    return Json.obj(
        "type",
        "vault_credential_validation",
        "credential_id",
        validation.credential().id().value(),
        "vault_id",
        validation.credential().vault().value(),
        "validated_at",
        Times.write(validation.at()),
        "has_refresh_token",
        validation.hasRefreshToken(),
        "status",
        validation.verdict().name().toLowerCase(Locale.ROOT),
        "mcp_probe",
        validation
            .probe()
            .filter(probe -> !probe.method().isEmpty())
            .map(probe -> Json.obj("method", probe.method(), RESPONSE, write(probe.response())))
            .orElse(null),
        "refresh",
        validation
            .refresh()
            .map(tried -> Json.obj("status", tried.status(), RESPONSE, write(tried.response())))
            .orElse(null));
  }

  private static Json write(Optional<CapturedResponse> response) {
    return response
        .<Json>map(
            answer ->
                Json.obj(
                    "status_code", answer.status(),
                    "content_type", answer.contentType(),
                    "body", answer.body(),
                    "body_truncated", answer.truncated()))
        .orElse(Json.NULL);
  }
}

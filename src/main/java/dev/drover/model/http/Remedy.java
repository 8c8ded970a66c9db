package dev.drover.model.http;

import dev.drover.base.Json;
import java.util.function.UnaryOperator;

/// A change to a request, in response to a refusal.
///
/// @param what the description for the log; two remedies with the same description are equal
/// @param lasting whether it applies to every request to that model and is remembered
/// @param matters whether it changes what the operator or the user asked for
/// @param change idempotent, and harmless where there is nothing to change
record Remedy(String what, boolean lasting, boolean matters, UnaryOperator<Json.Obj> change) {
  Json.Obj applied(Json.Obj body) {
    return change.apply(body);
  }
}

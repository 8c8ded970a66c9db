package dev.drover.policy;

import dev.drover.base.Problem;

/// What the operator's policy does not allow, and the rule that says so.
///
/// @param rule the path of the rule in the policy, such as `tools.deny.0`
/// @param what continues the sentence "the operator's policy …", without a full stop
public record Denial(String rule, String what) {
  /// The `error_code` of a request that the policy does not allow.
  public static final String CODE = "operator_policy";

  /// A sentence without a full stop and in lower case, with the rule.
  public String sentence() {
    return "the operator's policy " + what + " (policy rule " + rule + ")";
  }

  /// The refusal of a request.
  ///
  /// @param field the field of the request that the policy does not allow
  public Problem at(String field) {
    return at(field, "");
  }

  /// As [#at(String)].
  ///
  /// @param remedy what to do instead, in lower case and without a full stop; may be empty
  public Problem at(String field, String remedy) {
    return Problem.invalid(
        CODE, field + ": " + sentence() + (remedy.isEmpty() ? "" : "; " + remedy));
  }
}

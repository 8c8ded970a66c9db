package dev.drover;

import dev.drover.base.Problem;
import dev.drover.desk.PolicyDesk;
import dev.drover.desk.PolicyVerdict;
import dev.drover.desk.PolicyVerdict.Answer;
import dev.drover.desk.PolicyVerdict.By;
import dev.drover.gateway.Destination;
import dev.drover.gateway.Policy;
import dev.drover.gateway.Verdict;
import dev.drover.http.HostName;
import dev.drover.http.Unreachable;
import dev.drover.policy.Denial;
import dev.drover.policy.OperatorPolicy;
import dev.drover.policy.OperatorPolicy.Opening;
import dev.drover.session.Session;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/// The judgements of the gateway, for explanations.
///
/// @param environments what the environment of a session allows
record NetworkVerdicts(Supplier<OperatorPolicy> policy, Function<Session, Policy> environments)
    implements PolicyDesk.Connections {
  @Override
  public PolicyVerdict judge(Optional<Session> session, String host, int port) {
    HostName name;
    try {
      name = HostName.of(host);
    } catch (Unreachable e) {
      throw Problem.invalid("host: " + e.what());
    }
    return session.isEmpty()
        ? policy
            .get()
            .denial(name, port, Opening.LISTED)
            .map(NetworkVerdicts::denied)
            .orElseGet(
                () ->
                    new PolicyVerdict(
                        Answer.ALLOWED,
                        By.POLICY,
                        "",
                        "the policy allows it to environments that list the host"))
        : judge(environments.apply(session.get()), new Destination(name, port));
  }

  private static PolicyVerdict judge(Policy environment, Destination to) {
    return switch (environment.byEnvironment(to)) {
      case Verdict.Refused(var reason, var words) ->
          new PolicyVerdict(
              Answer.DENIED, By.ENVIRONMENT, reason.label(), words.replace(Policy.ADVICE, ""));
      case Verdict.Allowed(var rule) ->
          environment
              .byPolicy(to)
              .map(NetworkVerdicts::denied)
              .orElseGet(
                  () ->
                      new PolicyVerdict(
                          Answer.ALLOWED,
                          By.ENVIRONMENT,
                          rule,
                          "the environment allows " + to + ", if its address is allowed"));
    };
  }

  private static PolicyVerdict denied(Denial denial) {
    return new PolicyVerdict(Answer.DENIED, By.POLICY, denial.rule(), denial.sentence());
  }
}
